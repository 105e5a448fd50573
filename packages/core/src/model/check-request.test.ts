import { describe, expect, it } from 'vitest';
import { VocabularyError } from '../errors.js';
import { checkBatch, checkConsume, checkDecode, checkScore } from './check-request.js';
import type { DecodeRequest } from './next-token-model.js';

const SIZES = { vocabularySize: 10, stateSize: 3 };
const REQUEST: DecodeRequest = {
  state: { batch: 2, values: new Float32Array(6) },
  previousTokens: Int32Array.of(0, 9),
  uniforms: new Float32Array(8),
  temperature: 1,
  topK: 10,
  topP: 1,
  minP: 0,
};

describe('checkDecode', () => {
  it('returns the number of tokens a sequence', () => {
    const full: DecodeRequest = {
      ...REQUEST,
      forcedTokens: new Int32Array(8).fill(-1),
      counts: Int32Array.of(0, 4),
      bias: new Float32Array(10).fill(-Infinity),
    };
    expect(checkDecode(full, SIZES)).toBe(4);
  });

  const wrong: [string, Partial<DecodeRequest>, RegExp][] = [
    ['temperature 0', { temperature: 0 }, /temperature: expected 0\.01\.\.100, found 0/],
    ['temperature NaN', { temperature: Number.NaN }, /temperature/],
    ['temperature above 100', { temperature: 101 }, /temperature/],
    ['topK 0', { topK: 0 }, /topK: expected an integer in 1\.\.10, found 0/],
    ['topK above V', { topK: 11 }, /topK/],
    ['topK 1.5', { topK: 1.5 }, /topK/],
    ['topP 0', { topP: 0 }, /topP/],
    ['topP above 1', { topP: 1.01 }, /topP/],
    ['minP 1', { minP: 1 }, /minP/],
    ['minP below 0', { minP: -0.1 }, /minP/],
    [
      'state of another size',
      { state: { batch: 2, values: new Float32Array(5) } },
      /state\.values/,
    ],
    ['state of no sequence', { state: { batch: 0, values: new Float32Array(0) } }, /batch/],
    ['too few previous tokens', { previousTokens: Int32Array.of(1) }, /previousTokens/],
    ['no uniforms', { uniforms: new Float32Array(0) }, /uniforms/],
    ['uneven uniforms', { uniforms: new Float32Array(7) }, /uniforms/],
    ['a uniform of 1', { uniforms: new Float32Array(8).fill(1) }, /uniforms\[0\]/],
    ['too few forced tokens', { forcedTokens: new Int32Array(4) }, /forcedTokens/],
    ['a count above N', { counts: Int32Array.of(0, 5) }, /counts\[1\]/],
    ['too few counts', { counts: Int32Array.of(0) }, /counts/],
    ['a bias of another vocabulary', { bias: new Float32Array(9) }, /bias: expected 10/],
    ['a bias with NaN', { bias: new Float32Array(10).fill(Number.NaN) }, /bias\[0\]/],
    ['tokens that were needed before', { neededInMilliseconds: -1 }, /neededInMilliseconds/],
    ['tokens that are never needed', { neededInMilliseconds: Infinity }, /neededInMilliseconds/],
    ['a bias with +Infinity', { bias: new Float32Array(10).fill(Infinity) }, /bias\[0\]/],
  ];
  it.each(wrong)('refuses %s', (_, change, message) => {
    const check = () => checkDecode({ ...REQUEST, ...change }, SIZES);
    expect(check).toThrow(RangeError);
    expect(check).toThrow(message);
  });

  it.each([
    { previousTokens: Int32Array.of(0, 10) },
    { previousTokens: Int32Array.of(-1, 0) },
    { forcedTokens: new Int32Array(8).fill(-2) },
  ])('refuses ids outside the vocabulary: %j', (change) => {
    expect(() => checkDecode({ ...REQUEST, ...change }, SIZES)).toThrow(VocabularyError);
  });
});

describe('checkConsume, checkScore and checkBatch', () => {
  const state = { batch: 2, values: new Float32Array(6) };

  it('return the number of tokens a sequence', () => {
    expect(checkConsume(new Int32Array(6), state, SIZES)).toBe(3);
    expect(checkScore(new Int32Array(6), 2, SIZES)).toBe(3);
  });

  it('refuse shapes that do not fit', () => {
    expect(() => checkConsume(new Int32Array(0), state, SIZES)).toThrow(RangeError);
    expect(() => checkConsume(new Int32Array(3), state, SIZES)).toThrow(RangeError);
    expect(() => checkScore(new Int32Array(2), 2, SIZES)).toThrow(RangeError);
    for (const batch of [0, -1, 1.5, Number.NaN])
      expect(() => checkBatch(batch)).toThrow(RangeError);
  });

  it('name the place of an id outside the vocabulary', () => {
    const tokens = Int32Array.of(1, 2, 3, 10);
    expect(() => checkConsume(tokens, state, SIZES)).toThrow(/tokens\[3\].*0\.\.9, found 10/);
    expect(() => checkScore(tokens, 2, SIZES)).toThrow(VocabularyError);
  });
});
