import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomParameters, tinyConfig } from '../testing/random-network.js';
import { storeNetwork } from './network.js';
import { storeMatrix, transposed, widened } from './weights.js';

describe('storeMatrix', () => {
  const matrices = fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 7 }))
    .chain(([rows, columns]) =>
      fc
        .array(fc.float({ noNaN: true, min: -8, max: 8 }), {
          minLength: rows * columns,
          maxLength: rows * columns,
        })
        .map((values) => ({ shape: [rows, columns], data: Float32Array.from(values) })),
    );

  it('keeps int8 weights within half a step of their row', () => {
    fc.assert(
      fc.property(matrices, (matrix) => {
        const columns = matrix.shape[1];
        const stored = widened(storeMatrix(matrix, 'int8'));
        for (let from = 0; from < matrix.data.length; from += columns) {
          const row = matrix.data.subarray(from, from + columns);
          const largest = Math.max(...row.map(Math.abs));
          row.forEach((value, i) => {
            // A little more than half a step: the scale itself is rounded to float32, and tiny rows become zeros.
            expect(Math.abs(stored[from + i] - value)).toBeLessThanOrEqual(
              (largest / 220) * 1.001 + 2 ** -118,
            );
          });
        }
      }),
    );
  });

  it('uses magnitudes up to 110', () => {
    const { values } = storeMatrix({ shape: [1, 3], data: Float32Array.of(-2, 1, 0.5) }, 'int8');
    expect([...values]).toEqual([-110, 55, 28]);
  });

  it('keeps float32 weights as they are', () => {
    fc.assert(
      fc.property(matrices, (matrix) => {
        expect(widened(storeMatrix(matrix, 'f32'))).toEqual(matrix.data);
      }),
    );
  });

  it('refuses what is no matrix', () => {
    expect(() => storeMatrix({ shape: [3], data: new Float32Array(3) }, 'int8')).toThrow(
      RangeError,
    );
  });
});

it('stores int8 weights of a file anew if they use larger magnitudes, and keeps others', () => {
  const config = tinyConfig;
  const parameters = randomParameters(config, 1);
  const name = 'output.weight';
  const known = storeMatrix(parameters.get(name)!, 'int8');
  const store = (matrix: typeof known) =>
    storeNetwork(parameters, config, 'int8', new Map([[name, matrix]])).output;
  expect(store(known)).toBe(known);
  const wide = { ...known, values: Int8Array.from(known.values, (v) => (v === 110 ? 127 : v)) };
  expect(store(wide)).toEqual(known);
});

it('transposes', () => {
  expect(transposed(Int8Array.of(1, 2, 3, 4, 5, 6), [2, 3])).toEqual(
    Int8Array.of(1, 4, 2, 5, 3, 6),
  );
});
