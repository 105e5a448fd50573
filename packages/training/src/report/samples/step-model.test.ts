import { createRandom } from '@ostinato/core';
import { createFakeGrammar, nextTokenModelContract } from '@ostinato/core/testing';
import { initializeParameters, type LstmConfig, type NamedTensors } from '@ostinato/model';
import { afterAll, describe, expect, it } from 'vitest';
import { createOnnxEngine } from '../../engines/onnx/onnx-engine.js';
import { createStepModel } from './step-model.js';

const grammar = createFakeGrammar();
const V = grammar.stateAfter.length;

function sizes(change: Partial<LstmConfig> = {}): LstmConfig {
  return {
    kind: 'lstm',
    vocabularySize: V,
    embeddingSize: 6,
    hiddenSize: 8,
    layers: 2,
    dropout: 0.3,
    tiedOutput: false,
    ...change,
  };
}

/** Larger than a fresh network's, so that what went before matters to what follows. */
function parametersOf(config: LstmConfig): NamedTensors {
  const random = createRandom(3);
  let drawn = 0;
  const parameters = initializeParameters(config, () => random.uniformAt(drawn++));
  for (const { data } of parameters.values()) data.forEach((value, i) => (data[i] = 4 * value));
  return parameters;
}

describe.each([
  ['two layers', sizes()],
  ['a tied output', sizes({ embeddingSize: 8, layers: 1, tiedOutput: true })],
])('the model in training, with %s', (_, config) => {
  nextTokenModelContract({ describe, it, afterAll, expect }, async () => ({
    model: await createStepModel(config, parametersOf(config), grammar),
    grammar,
  }));

  it('says of tokens what the engine says of them', async () => {
    const parameters = parametersOf(config);
    const steps = 12;
    const tokens = Int32Array.from({ length: steps + 1 }, (_, i) => (i * 5) % V);
    const engine = await createOnnxEngine({
      config,
      batch: 1,
      steps,
      seed: 1,
      optimizer: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 },
      parameters,
      threads: 1,
    });
    const { lossSum } = await engine.evaluate(
      {
        steps,
        batch: 1,
        tokens: tokens.slice(0, steps),
        targets: tokens.slice(1),
        weights: new Float32Array(steps).fill(1),
        keep: new Float32Array(steps).fill(1),
      },
      { reset: true },
    );
    await engine.dispose();

    // A grammar that allows everything: the engine knows of none.
    const free = { stateAfter: new Uint8Array(V), allowed: new Uint8Array(V).fill(1), states: 1 };
    await using model = await createStepModel(config, parameters, free);
    const scores = await model.score(tokens, 1);
    const sum = -scores.reduce((total, score) => total + score, 0);
    // Sums of float32 in another order.
    expect(sum / steps).toBeCloseTo(lossSum / steps, 4);
  });
});

it('refuses parameters of another network', async () => {
  const parameters = parametersOf(sizes());
  await expect(createStepModel(sizes({ hiddenSize: 9 }), parameters, grammar)).rejects.toThrow(
    /values expected/,
  );
});
