import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, philox4x32, shuffle } from './random.js';

describe('philox4x32', () => {
  // The vectors of Random123's kat_vectors file, "philox4x32 10".
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ] as [[number, number, number, number], [number, number], number[]][])(
    'gives the published words for counter %j and key %j',
    (counter, key, expected) => {
      expect(philox4x32(counter, key)).toEqual(expected);
    },
  );
});

describe('createRandom', () => {
  it('gives the same number at an index whatever was asked before', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.nat(100_000), { minLength: 1 }), (seed, indices) => {
        const random = createRandom(seed);
        for (const index of indices) {
          expect(random.uniformAt(index)).toBe(createRandom(seed).uniformAt(index));
        }
      }),
    );
  });

  it('uses all words of a block and indices beyond 2^34', () => {
    const random = createRandom(7);
    const indices = [0, 1, 2, 3, 4, 2 ** 34, 2 ** 34 + 1, 2 ** 52];
    expect(new Set(indices.map((index) => random.wordAt(index))).size).toBe(indices.length);
  });

  it('gives uniforms in [0, 1) that are exact multiples of 2^-24 and evenly spread', () => {
    const uniforms = createRandom('evenly').uniforms(0, 20_000);
    let sum = 0;
    for (const uniform of uniforms) {
      expect(uniform >= 0 && uniform < 1).toBe(true);
      expect(Number.isInteger(uniform * 2 ** 24)).toBe(true);
      sum += uniform;
    }
    // Standard deviation of the mean: sqrt(1/12/20000) = 0.002; five of them.
    expect(Math.abs(sum / uniforms.length - 0.5)).toBeLessThan(0.01);
  });

  it('separates seeds and streams', () => {
    const first = (seed: number | string, stream?: number) => createRandom(seed, stream).wordAt(0);
    const words = [first(0), first(1), first(0, 1), first(0, 2), first('0 '), first('bach')];
    expect(new Set(words).size).toBe(words.length);
  });

  it('reads decimal text as the integer and hashes other text', () => {
    expect(createRandom('42').wordAt(0)).toBe(createRandom(42).wordAt(0));
    expect(createRandom('042').wordAt(0)).not.toBe(createRandom(42).wordAt(0));
    expect(() => createRandom('4294967296').wordAt(0)).not.toThrow();
  });

  it.each([-1, 1.5, 2 ** 32, Number.NaN])('refuses the seed %s', (seed) => {
    expect(() => createRandom(seed)).toThrow(RangeError);
  });

  it('gives integers below the bound, all of them', () => {
    const random = createRandom(3);
    const seen = new Set(Array.from({ length: 200 }, (_, i) => random.integerAt(i, 7)));
    expect([...seen].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});

describe('shuffle', () => {
  it('keeps every item, changes the order and is repeatable', () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = shuffle(items, createRandom(1));
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
    expect(shuffle(items, createRandom(1))).toEqual(shuffled);
    expect(shuffle(items, createRandom(1), 100)).not.toEqual(shuffled);
  });
});
