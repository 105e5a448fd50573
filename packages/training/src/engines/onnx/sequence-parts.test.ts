import { expect, it } from 'vitest';
import { batchPart, columnsOf, joinColumns, splitColumns } from './sequence-parts.js';

const counting = (length: number): Float32Array => Float32Array.from({ length }, (_, at) => at);

it('takes columns of every row', () => {
  expect([...columnsOf(counting(8), 4, 1, 2)]).toEqual([1, 2, 5, 6]);
});

it('takes the same sequences of everything in a batch', () => {
  const ids = Int32Array.of(0, 1, 2, 3, 10, 11, 12, 13);
  const batch = { steps: 2, batch: 4, tokens: ids, targets: ids, weights: counting(8) };
  const part = batchPart({ ...batch, keep: counting(8) }, 2, 2);
  expect(part).toEqual({
    steps: 2,
    batch: 2,
    tokens: Int32Array.of(2, 3, 12, 13),
    targets: Int32Array.of(2, 3, 12, 13),
    weights: Float32Array.of(2, 3, 6, 7),
    keep: Float32Array.of(2, 3, 6, 7),
  });
});

it.each([1, 2, 3, 6])('joins what it split into parts of %i columns', (count) => {
  const whole = new Map([
    ['hidden.0', { shape: [2, 6], data: counting(12) }],
    ['cell.0', { shape: [3, 6], data: counting(18) }],
  ]);
  const parts = splitColumns(whole, count);
  expect(parts).toHaveLength(6 / count);
  expect(parts[0].get('cell.0')?.shape).toEqual([3, count]);
  expect(joinColumns(parts)).toEqual(whole);
});
