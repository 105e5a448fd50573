import { expect, it } from 'vitest';
import { WindowCounts } from './window-counts.js';

it('counts in windows of one length', () => {
  let now = 0;
  const counts = new WindowCounts(1000, { now: () => now });
  expect(counts.increment('a')).toMatchObject({ totalHits: 1, resetTime: new Date(1000) });
  now = 900;
  expect(counts.increment('a').totalHits).toBe(2);
  now = 1000;
  expect(counts.increment('a')).toMatchObject({ totalHits: 1, resetTime: new Date(2000) });
});

it('forgets the oldest where there are too many, and no others', () => {
  const counts = new WindowCounts(1000, { most: 3, now: () => 0 });
  for (const key of ['a', 'b', 'c']) counts.increment(key);
  counts.increment('d');
  expect(['b', 'c', 'd'].map((key) => counts.increment(key).totalHits)).toEqual([2, 2, 2]);
  expect(counts.increment('a').totalHits).toBe(1);
});
