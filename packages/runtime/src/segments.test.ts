import { describe, expect, it } from 'vitest';
import { segmentsByRow, segmentsOf } from './segments.js';

describe('segmentsOf', () => {
  it.each([
    ['one run when all rows take the same', [4, 4], [{ rows: [0, 1], from: 0, to: 4 }]],
    ['nothing when no row takes any', [0, 0], []],
    [
      'rows leave when they have their tokens',
      [3, 0, 5, 3],
      [
        { rows: [0, 2, 3], from: 0, to: 3 },
        { rows: [2], from: 3, to: 5 },
      ],
    ],
  ])('%s', (_, counts, expected) => {
    expect(segmentsOf(Int32Array.from(counts))).toEqual(expected);
  });
});

it('gives each row a run of its own', () => {
  expect(segmentsByRow(Int32Array.from([3, 0, 5]))).toEqual([
    { rows: [0], from: 0, to: 3 },
    { rows: [2], from: 0, to: 5 },
  ]);
});
