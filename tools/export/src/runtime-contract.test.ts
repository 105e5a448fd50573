// The Node runtime on exported graphs: the contract suite of core, with random parameters.
import { nextTokenModelContract } from '@ostinato/core/testing';
import { startModel } from '@ostinato/node';
import { afterAll, describe, expect, it } from 'vitest';
import { tinyModel } from './testing/tiny-model.js';
import { tinyConfig } from './testing/random-network.js';

const { graphs, ...parts } = tinyModel();
const integers = tinyModel(tinyConfig, { integerProducts: true }).graphs;

describe.each([
  ['chunk and step', graphs],
  ['step alone', { step: graphs.step }],
  // An artifact ships the chunk of this form with a float32 step, and then `decode` and `consume` are two networks by
  // design; with a step of the same arithmetic the form keeps the whole contract, independent rows included.
  ['chunk and step of integer products', integers],
])('a model with %s', (_, given) => {
  nextTokenModelContract({ describe, it, afterAll, expect }, async () => ({
    model: await startModel({ ...parts, graphs: given }, { threads: 1 }),
    grammar: parts.grammar,
  }));
});

it('gives the same tokens and states with one thread and with two', async () => {
  // Wide enough for ONNX Runtime to share its products between threads.
  const wide = tinyModel({
    ...tinyConfig,
    vocabularySize: 300,
    embeddingSize: 128,
    hiddenSize: 256,
  });
  const batch = 3;
  const results = [];
  for (const threads of [1, 2]) {
    await using model = await startModel(wide, { threads });
    results.push(
      await model.decode({
        state: model.createState(batch),
        previousTokens: Int32Array.of(0, 1, 2),
        uniforms: Float32Array.from({ length: batch * 100 }, (_, i) => (i * 0.618) % 1),
        temperature: 1,
        topK: 300,
        topP: 0.95,
        minP: 0,
      }),
    );
  }
  expect(results[1]).toEqual(results[0]);
});
