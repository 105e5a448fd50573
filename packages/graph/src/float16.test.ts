import { describe, expect, it } from 'vitest';
import { float16ToNumber, numberToFloat16 } from './float16.js';

describe('half precision', () => {
  it('gives back every one of its numbers', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = float16ToNumber(bits);
      if (Number.isNaN(value)) continue; // all of them are one NaN
      expect(numberToFloat16(value)).toBe(bits);
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
    expect(numberToFloat16(value)).toBe(bits);
    if (!Number.isNaN(value)) expect(numberToFloat16(-value)).toBe(bits | 0x8000);
  });

  it.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x3555, 0.333251953125],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7e00, NaN],
  ])('reads %i as %d', (bits, value) => {
    expect(float16ToNumber(bits)).toBe(value);
  });
});
