import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floatToHalfBits, halfBitsToFloat } from './float16.js';
import { storeMatrix, widened } from './weights.js';

describe('half precision', () => {
  it('gives back every one of its numbers', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = halfBitsToFloat(bits);
      if (Number.isNaN(value)) continue; // all of them are one NaN
      expect(floatToHalfBits(value)).toBe(bits);
    }
  });

  it.each([
    ['1 + 2^-11 is a tie, to even', 1 + 2 ** -11, 0x3c00],
    ['1 + 3 * 2^-11 is a tie, to even', 1 + 3 * 2 ** -11, 0x3c02],
    ['just above a tie, up', 1 + 2 ** -11 + 2 ** -20, 0x3c01],
    ['the largest that is finite', 65519, 0x7bff],
    ['beyond the range', 65520, 0x7c00],
    ['half the smallest is a tie, to zero', 2 ** -25, 0],
    ['three halves of the smallest, to even', 1.5 * 2 ** -24, 2],
    ['rounding up to the smallest normal', 2 ** -14 - 2 ** -26, 0x400],
    ['no number', NaN, 0x7e00],
  ])('rounds: %s', (_, value, bits) => {
    expect(floatToHalfBits(value)).toBe(bits);
    if (!Number.isNaN(value)) expect(floatToHalfBits(-value)).toBe(bits | 0x8000);
  });
});

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
