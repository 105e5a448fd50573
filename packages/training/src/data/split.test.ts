import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitGroups, type Split } from './split.js';

const keysOf = (count: number): string[] => Array.from({ length: count }, (_, i) => `group ${i}`);
const sizeOf = (splits: Map<string, Split>, split: Split): number =>
  [...splits.values()].filter((one) => one === split).length;

describe('splitGroups', () => {
  it('gives each split about its share', () => {
    const splits = splitGroups(keysOf(5000), 1, { validation: 0.1, test: 0.05 });
    // five standard deviations of a binomial distribution around 500 and 250
    expect(Math.abs(sizeOf(splits, 'validation') - 500)).toBeLessThan(5 * Math.sqrt(450));
    expect(Math.abs(sizeOf(splits, 'test') - 250)).toBeLessThan(5 * Math.sqrt(238));
  });

  it('does not move groups when others are added', () => {
    const shares = { validation: 0.1, test: 0.1 };
    const before = splitGroups(keysOf(300), 'seed', shares);
    const after = splitGroups(keysOf(600), 'seed', shares);
    for (const [key, split] of before) expect(after.get(key)).toBe(split);
  });

  it('does not depend on the order of the groups', () => {
    const shares = { validation: 0.2, test: 0.2 };
    const forwards = splitGroups(keysOf(40), 3, shares);
    const backwards = splitGroups(keysOf(40).reverse(), 3, shares);
    for (const [key, split] of forwards) expect(backwards.get(key)).toBe(split);
  });

  it('chooses others with another seed', () => {
    const shares = { validation: 0.5, test: 0 };
    expect([...splitGroups(keysOf(40), 1, shares)]).not.toEqual([
      ...splitGroups(keysOf(40), 2, shares),
    ]);
  });

  it.each([
    { groups: 0, train: 0, validation: 0, test: 0 },
    { groups: 1, train: 1, validation: 0, test: 0 },
    { groups: 2, train: 1, validation: 1, test: 0 },
    { groups: 3, train: 1, validation: 1, test: 1 },
  ])('of $groups groups makes $train, $validation, $test', ({ groups, ...sizes }) => {
    const splits = splitGroups(keysOf(groups), 0, { validation: 0.05, test: 0.05 });
    for (const [split, size] of Object.entries(sizes))
      expect(sizeOf(splits, split as Split)).toBe(size);
  });

  it('always keeps training groups, and fills no split that is not wanted', () => {
    const share = fc.double({ min: 0, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(fc.nat(30), fc.nat(), share, share, (count, seed, validation, test) => {
        const splits = splitGroups(keysOf(count), seed, { validation, test });
        expect(splits.size).toBe(count);
        if (count > 0) expect(sizeOf(splits, 'train')).toBeGreaterThan(0);
        if (validation === 0) expect(sizeOf(splits, 'validation')).toBe(0);
        else if (count > 2) expect(sizeOf(splits, 'validation')).toBeGreaterThan(0);
        if (test === 0) expect(sizeOf(splits, 'test')).toBe(0);
        else if (count > 2) expect(sizeOf(splits, 'test')).toBeGreaterThan(0);
      }),
    );
  });
});
