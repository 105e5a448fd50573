import { expect, it } from 'vitest';
import { formatBytes, formatCount, formatDuration, formatPlural } from './units.js';

it.each([
  [0.84, '0.8 s'],
  [9.96, '10 s'],
  [42.4, '42 s'],
  [59.7, '1 min 00 s'],
  [185, '3 min 05 s'],
  [7620, '2 h 07 min'],
  [3599.8, '1 h 00 min'],
  [Number.NaN, '?'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

it.each([
  [999, '999 B'],
  [1500, '1.5 kB'],
  [12_345_678, '12.3 MB'],
  [2_094_000_000, '2.1 GB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

it('separates thousands', () => {
  expect(formatCount(1_234_567)).toBe('1,234,567');
});

it('counts one thing in the singular', () => {
  expect([0, 1, 2].map((count) => formatPlural(count, 'note'))).toEqual([
    '0 notes',
    '1 note',
    '2 notes',
  ]);
});
