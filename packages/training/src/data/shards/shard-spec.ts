// Which part of a source a program reads: the i-th of n.

/** The `index`-th of `count` shards, from 1. */
export interface ShardSpec {
  readonly index: number;
  readonly count: number;
}

/** More shards than any cluster has machines for. */
export const MOST_SHARDS = 10_000;

/** The whole source. */
export const WHOLE: ShardSpec = { index: 1, count: 1 };

/** Reads `2/8`.
 *  @throws {RangeError} if it is no such text, or the first number is not in 1..n */
export function parseShardSpec(text: string): ShardSpec {
  const [, index, count] = /^(\d{1,5})\/(\d{1,5})$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  checkShardSpec(shard, text);
  return shard;
}

/** @throws {RangeError} if the index is not in 1..count, or there are more than 10,000 */
export function checkShardSpec(
  { index, count }: ShardSpec,
  found: string = `${index}/${count}`,
): void {
  const whole = Number.isInteger(index) && Number.isInteger(count);
  if (whole && count >= 1 && count <= MOST_SHARDS && index >= 1 && index <= count) return;
  throw new RangeError(
    `shard: expected i/n with i in 1..n and n in 1..${MOST_SHARDS}, such as 2/8; found ${found}`,
  );
}

/** Whether an item of the walk belongs to the shard: they take turns, so that shards are equally large. */
export function ownsItem({ index, count }: ShardSpec, ordinal: number): boolean {
  return ordinal % count === index - 1;
}

/** How many of the first `items` items belong to the shard. */
export function itemsOf({ index, count }: ShardSpec, items: number): number {
  return Math.floor((items - index + count) / count);
}
