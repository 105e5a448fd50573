import { lstmParameters } from '@ostinato/model';
import { expect, it } from 'vitest';
import { fromTensorFlow, toTensorFlow } from './parameter-layout.js';

const [V, E, H] = [5, 3, 2];
const SPECS = lstmParameters({
  kind: 'lstm',
  vocabularySize: V,
  embeddingSize: E,
  hiddenSize: H,
  layers: 1,
  dropout: 0,
  tiedOutput: false,
});

it.each(SPECS)('gives $name back as it was', ({ name, shape }) => {
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => at);
  const there = toTensorFlow(name, { shape, data });
  expect(fromTensorFlow(name, shape, there.data)).toEqual({ shape, data });
});

it('puts inputs before outputs and the gates i, o, f, c in the order i, f, c, o', () => {
  const rows = ['i0', 'i1', 'o0', 'o1', 'f0', 'f1', 'c0', 'c1'];
  const bias = { shape: [4 * H], data: Float32Array.from(rows.keys()) };
  const order = [...toTensorFlow('lstm.0.bias', bias).data].map((row) => rows[row]);
  expect(order).toEqual(['i0', 'i1', 'f0', 'f1', 'c0', 'c1', 'o0', 'o1']);
  // Row r, column c holds 10 r + c.
  const data = Float32Array.from(
    { length: 4 * H * E },
    (_, at) => 10 * Math.floor(at / E) + (at % E),
  );
  const kernel = toTensorFlow('lstm.0.input.weight', { shape: [4 * H, E], data });
  expect(kernel.shape).toEqual([E, 4 * H]);
  expect([...kernel.data.subarray(8, 16)]).toEqual([1, 11, 41, 51, 61, 71, 21, 31]);
});
