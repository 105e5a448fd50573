import { createRandom } from '@ostinato/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNGramCounter, modifiedDiscounts, type NGramModel } from './n-gram.js';
import { PackedMap } from './packed-map.js';

function modelOf(pieces: readonly number[][], vocabularySize: number, order: number): NGramModel {
  const counter = createNGramCounter({ vocabularySize, order });
  for (const piece of pieces) counter.add(piece);
  return counter.finish();
}

const predict = (model: NGramModel, tokens: number[], position = tokens.length): number[] => [
  ...model.predict(tokens, position, new Float64Array(model.vocabularySize)),
];

describe('modifiedDiscounts', () => {
  it('follows equation 26 of Chen and Goodman', () => {
    // Y = 4 / (4 + 2 * 2) = 1/2; D1 = 1 - 2 Y 2/4, D2 = 2 - 3 Y 1/2, D3 = 3 - 4 Y 1/1
    expect(modifiedDiscounts(4, 2, 1, 1)).toEqual([0, 0.5, 1.25, 1]);
  });

  it('falls back where counts are missing', () => {
    expect(modifiedDiscounts(3, 0, 0, 0)).toEqual([0, 0.5, 1, 1.5]);
  });
});

describe('an n-gram model', () => {
  // Bigrams of 0 1 1 2: 0>1, 1>1, 1>2, once each. Token 1 follows two tokens, token 2 one.
  // Unigrams: total 3, held back (1 + 0.5) / 3 = 1/2 over three tokens: (1/6, 1/3 + 1/6, 1/6 + 1/6).
  // After 1: total 2, held back 1/2 of the unigrams; 1 and 2 get (1 - 0.5) / 2 each.
  it('agrees with a case worked by hand', () => {
    const model = modelOf([[0, 1, 1, 2]], 3, 2);
    const after1 = predict(model, [1]);
    expect(after1[0]).toBeCloseTo(1 / 12, 12);
    expect(after1[1]).toBeCloseTo(1 / 4 + 1 / 4, 12);
    expect(after1[2]).toBeCloseTo(1 / 4 + 1 / 6, 12);
    const unseen = predict(model, [2]);
    [1 / 6, 1 / 2, 1 / 3].forEach((p, token) => expect(unseen[token]).toBeCloseTo(p, 12));
  });

  it('counts ways to arrive, not occurrences, in lower orders', () => {
    // 2 is frequent but only ever follows 1; 3 is rare but follows 0, 2 and 3.
    const model = modelOf(
      [
        [0, 1, 2, 1, 2, 1, 2, 1, 2],
        [0, 3, 3],
        [2, 3],
      ],
      5,
      2,
    );
    const unseen = predict(model, [4]);
    expect(unseen[3]).toBeGreaterThan(unseen[2]);
  });

  it('gives every token a share, and all shares make 1', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.nat(6), { minLength: 2, maxLength: 60 }), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.nat(6), { maxLength: 8 }),
        (pieces, order, history) => {
          const shares = predict(modelOf(pieces, 7, order), history);
          expect(shares.every((share) => share > 0)).toBe(true);
          // Double arithmetic of a few hundred additions.
          expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
        },
      ),
    );
  });

  it('sees no further back than its order and tells the start of a piece from its middle', () => {
    const pieces = [
      [0, 1, 2, 3, 1, 2, 0],
      [3, 1, 0, 0],
    ];
    const model = modelOf(pieces, 4, 3);
    expect(predict(model, [3, 1, 2])).toEqual(predict(model, [0, 1, 2]));
    expect(predict(model, [0])).not.toEqual(predict(model, [1, 0]));
  });

  it('recovers a second-order source better the longer its history, up to what the source has', () => {
    const V = 6;
    const random = createRandom(7);
    const source = Array.from({ length: 60_000 }, () => 0);
    for (let at = 2; at < source.length; at++) {
      const expected = (2 * source[at - 1] + source[at - 2] + 1) % V;
      source[at] = random.uniformAt(2 * at) < 0.8 ? expected : random.integerAt(2 * at + 1, V);
    }
    const train = source.slice(0, 50_000);
    const test = source.slice(50_000);
    const nats = [1, 2, 3, 5].map((order) => {
      const model = modelOf([train], V, order);
      const shares = new Float64Array(V);
      let sum = 0;
      for (let at = 5; at < test.length; at++)
        sum -= Math.log(model.predict(test, at, shares)[test[at]]);
      return sum / (test.length - 5);
    });
    const right = 0.8 + 0.2 / V;
    const entropy = -right * Math.log(right) - 5 * (0.2 / V) * Math.log(0.2 / V);
    expect(nats[0]).toBeGreaterThan(nats[2] + 0.5);
    expect(nats[1]).toBeGreaterThan(nats[2] + 0.5);
    // 2 %: 50,000 tokens leave the estimate about that far from the source's entropy.
    expect(nats[2] / entropy).toBeLessThan(1.02);
    expect(nats[3] / entropy).toBeLessThan(1.05);
  });

  it('refuses sizes outside its range', () => {
    expect(() => createNGramCounter({ vocabularySize: 70_000 })).toThrow(RangeError);
    expect(() => createNGramCounter({ vocabularySize: 10, order: 0 })).toThrow(/order.*1\.\.16/);
  });
});

describe('PackedMap', () => {
  it('counts like a Map, past several growths and for large keys', () => {
    const packed = new PackedMap(2);
    const plain = new Map<string, number>();
    const random = createRandom(3);
    for (let i = 0; i < 20_000; i++) {
      const first = random.integerAt(3 * i, 40) * (i % 2 === 0 ? 1 : 2 ** 30);
      const second = random.integerAt(3 * i + 1, 65_536) >> 7;
      const key = `${first} ${second}`;
      plain.set(key, (plain.get(key) ?? 0) + 1);
      expect(packed.increment(first, second)).toBe(plain.get(key));
    }
    expect(packed.size).toBe(plain.size);
    const found = new Map<string, number>();
    packed.forEach((first, second, count) => found.set(`${first} ${second}`, count));
    expect(found).toEqual(plain);
    expect(packed.get(41, 1)).toBeUndefined();
    expect(packed.getOrSet(41, 1, 9)).toBe(9);
    expect(packed.getOrSet(41, 1, 10)).toBe(9);
  });
});
