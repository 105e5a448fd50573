import { initializeParameters, type LstmConfig } from '@ostinato/model';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../data/batch.js';
import { trainingEngineContract } from '../../testing/engine-contract.js';
import { createOnnxEngine, type OnnxEngineOptions } from './onnx-engine.js';

for (const form of ['scan', 'unrolled'] as const) {
  trainingEngineContract(
    `onnx, cpu, ${form}`,
    (request) => createOnnxEngine({ ...request, form, threads: 2 }),
    { describe, expect, it },
  );
}

const config: LstmConfig = {
  kind: 'lstm',
  vocabularySize: 5,
  embeddingSize: 4,
  hiddenSize: 4,
  layers: 1,
  dropout: 0,
  tiedOutput: false,
};
const SMALL: OnnxEngineOptions = {
  config,
  batch: 1,
  steps: 1,
  seed: 1,
  optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 },
  parameters: initializeParameters(config, () => 0.5),
  threads: 1,
};

it('says in one line what ONNX Runtime refused', async () => {
  const engine = await createOnnxEngine(SMALL);
  const outside: Batch = {
    tokens: Int32Array.of(99),
    targets: Int32Array.of(0),
    weights: Float32Array.of(1),
    keep: Float32Array.of(0),
    steps: 1,
    batch: 1,
  };
  const expected = { code: 'engine', message: expect.stringMatching(/^[^\n]+1 x 1 tokens[^\n]+$/) };
  await expect(engine.step(outside, { learningRate: 0.1 })).rejects.toMatchObject(expected);
  await expect(engine.evaluate(outside, { reset: true })).rejects.toMatchObject(expected);
  await engine.dispose();
});

it.each([
  ['cpu', {}, 'onnx, cpu, 1 thread'],
  ['cpu in parts', { microBatch: 1 }, 'onnx, cpu, 1 thread, 1 sequence at once'],
] as const)('describes itself: %s', async (_, change, description) => {
  const engine = await createOnnxEngine({ ...SMALL, batch: 2, ...change });
  expect(engine.description).toBe(description);
  await engine.dispose();
});
