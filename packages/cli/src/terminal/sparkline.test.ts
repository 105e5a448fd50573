import { describe, expect, it } from 'vitest';
import { sparkline } from './sparkline.js';

describe('sparkline', () => {
  it.each([
    ['rises from the lowest to the highest bar', [0, 1, 2, 3, 4, 5, 6, 7], 8, '▁▂▃▄▅▆▇█'],
    ['falls', [3.2, 2.4, 2, 1.9], 8, '█▄▁▁'],
    ['is flat where nothing changes', [5, 5, 5], 8, '▁▁▁'],
    ['is empty without values', [], 8, ''],
    ['averages groups where not all fit', [0, 2, 10, 12], 2, '▁█'],
    ['shows a group with more than it holds once', [1, 2, 3, 4, 5], 2, '▁█'],
    ['leaves a gap for what is not a number', [0, Number.NaN, 1], 3, '▁ █'],
    ['leaves infinite values out of a group', [0, Infinity, 4, 4], 2, '▁█'],
    ['is blank if nothing is finite', [Number.NaN, -Infinity], 4, '  '],
    ['has one column at least', [1, 2], 0, '▁'],
    ['bears the largest numbers', [-Number.MAX_VALUE, Number.MAX_VALUE], 2, '▁█'],
  ])('%s', (_, values, width, expected) => {
    expect(sparkline(values, width)).toBe(expected);
  });

  it('is never wider than asked for, however many values there are', () => {
    const many = Array.from({ length: 250_000 }, (_, i) => Math.sin(i / 9000));
    expect(sparkline(many, 40)).toHaveLength(40);
  });
});
