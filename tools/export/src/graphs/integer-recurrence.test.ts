// Products of integers against exact arithmetic, where sums are largest.
import { Tensor, InferenceSession } from 'onnxruntime-node';
import { createFakeGrammar } from '@ostinato/core/testing';
import { decodeModel } from '@ostinato/graph';
import { evaluateModel } from '@ostinato/graph/testing';
import { expect, it } from 'vitest';
import { randomParameters, tinyConfig } from '../testing/random-network.js';
import { encodeGraphs } from './encode-graphs.js';
import { storeNetwork } from './network.js';
import { stateSize } from './state.js';

/** One hidden unit rounded the other way changes a logit by a weight's 127th, at most 0.005 here. A sum that saturates in 16
 *  bits, as those of bytes times signed bytes do on processors with AVX2 alone, is off by tenths. */
const TOLERANCE = 0.01;

it('is exact where every product has the same sign', async () => {
  const parameters = randomParameters(tinyConfig, 5);
  const positive = new Map(
    [...parameters].map(([name, { shape, data }]) => [name, { shape, data: data.map(Math.abs) }]),
  );
  const network = storeNetwork(positive, tinyConfig, 'int8');
  const grammar = createFakeGrammar(tinyConfig.vocabularySize);
  const { step } = encodeGraphs(network, grammar, { integerProducts: true });
  const size = stateSize(tinyConfig);
  const state = new Float32Array(size).fill(1);

  const exact = evaluateModel(decodeModel(step).graph, {
    tokens: { shape: [1, 1], data: [3] },
    state: { shape: [1, size], data: [...state] },
  });
  const session = await InferenceSession.create(step, { intraOpNumThreads: 1 });
  const found = await session.run({
    tokens: new Tensor('int64', [3n], [1, 1]),
    state: new Tensor('float32', state, [1, size]),
  });
  await session.release();
  const expected = exact['logits'].data;
  const logits = found['logits'].data as Float32Array;
  expect(Math.max(...expected)).toBeGreaterThan(5);
  for (const [token, logit] of logits.entries()) {
    expect(Math.abs(logit - expected[token])).toBeLessThan(TOLERANCE);
  }
});
