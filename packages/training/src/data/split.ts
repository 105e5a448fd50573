// Which part of the corpus a group of pieces belongs to: a seeded hash decides, so that adding files does not
// move the others.
import { createHash } from 'node:crypto';

export const SPLITS = ['train', 'validation', 'test'] as const;
export type Split = (typeof SPLITS)[number];

export interface SplitShares {
  /** Share of the groups, in [0, 1). */
  readonly validation: number;
  /** Share of the groups, in [0, 1). */
  readonly test: number;
}

/** Gives every group a split. A group's place in [0, 1) comes from the seed and its key alone: below the test share
 *  it is test, then validation, then train. A small collection where chance would leave a wanted split empty gives it
 *  the group next above; the training split always keeps at least one group, and a test split needs three groups. */
export function splitGroups(
  keys: readonly string[],
  seed: number | string,
  { validation, test }: SplitShares,
): Map<string, Split> {
  const placed = keys
    .map((key) => ({ key, place: placeOf(key, seed) }))
    .sort((a, b) => a.place - b.place || (a.key < b.key ? -1 : 1));
  const below = (limit: number): number => placed.filter(({ place }) => place < limit).length;
  const atLeastOne = (count: number, share: number): number => (share > 0 ? Math.max(1, count) : 0);

  const groups = placed.length;
  const tests = groups < 3 ? 0 : Math.min(atLeastOne(below(test), test), groups - 2);
  const validations = Math.min(
    atLeastOne(below(test + validation) - tests, validation),
    Math.max(0, groups - 1 - tests),
  );
  return new Map(
    placed.map(({ key }, rank): [string, Split] => [
      key,
      rank < tests ? 'test' : rank < tests + validations ? 'validation' : 'train',
    ]),
  );
}

/** A number in [0, 1) with 48 bits. */
function placeOf(key: string, seed: number | string): number {
  const digest = createHash('sha256').update(`${seed}\n${key}`).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}
