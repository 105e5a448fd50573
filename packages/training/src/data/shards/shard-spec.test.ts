import { describe, expect, it } from 'vitest';
import { itemsOf, ownsItem, parseShardSpec } from './shard-spec.js';

describe('a shard', () => {
  it.each([
    ['1/1', { index: 1, count: 1 }],
    ['2/8', { index: 2, count: 8 }],
    ['10000/10000', { index: 10_000, count: 10_000 }],
  ])('is read from %s', (text, shard) => {
    expect(parseShardSpec(text)).toEqual(shard);
  });

  it.each(['', '0/4', '5/4', '1', '1/0', '-1/4', '1.5/4', '1/4 ', 'a/b', '1/99999'])(
    'is not read from %j, and the message says so',
    (text) => {
      expect(() => parseShardSpec(text)).toThrow(`found ${text}`);
    },
  );

  it.each([0, 1, 7, 8, 100])('and its like have every one of %i items once', (items) => {
    const shards = [1, 2, 3, 4].map((index) => ({ index, count: 4 }));
    const owners = Array.from(
      { length: items },
      (_, ordinal) => shards.filter((shard) => ownsItem(shard, ordinal)).length,
    );
    expect(owners).toEqual(owners.map(() => 1));
    expect(shards.map((shard) => itemsOf(shard, items)).reduce((sum, n) => sum + n)).toBe(items);
  });
});
