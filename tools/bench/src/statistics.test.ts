import { expect, it } from 'vitest';
import { median, spread } from './statistics.js';

it.each([
  [[3], 3],
  [[9, 1, 5], 5],
  [[4, 1, 2, 9], 3],
])('median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

it('keeps the extremes and the number of rounds', () => {
  expect(spread([2, 8, 5])).toEqual({ median: 5, lowest: 2, highest: 8, rounds: 3 });
});

it('refuses nothing at all', () => {
  expect(() => median([])).toThrow(RangeError);
});
