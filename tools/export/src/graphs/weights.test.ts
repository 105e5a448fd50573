import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storeMatrix, widened } from './weights.js';

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
              (largest / 254) * 1.001 + 2 ** -118,
            );
          });
        }
      }),
    );
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
