import { createTokenizer, type Score, type Tokenizer, TOKENIZER_VERSION } from '@ostinato/core';
import { describe, expect, it } from 'vitest';
import { type AugmentationOptions, createAugmentation } from './augmentation.js';

const NONE: AugmentationOptions = {
  seed: 1,
  transpose: false,
  tempoStretch: 0,
  velocityShift: 0,
  rotateBars: false,
  labelDropout: 0,
};
const ALL = {
  transpose: true,
  tempoStretch: 0.2,
  velocityShift: 2,
  rotateBars: true,
  labelDropout: 0.5,
} as const;
const DRAWS = 400;

const tokenizer = createTokenizer({
  version: TOKENIZER_VERSION,
  positionsPerQuarter: 24,
  pitchRange: [36, 96],
  instruments: [0, 40],
  percussionKeys: null,
  timeSignatures: [{ numerator: 4, denominator: 4 }],
  tempo: { lowestBpm: 16, highestBpm: 384, bins: 64 },
  velocityBins: 8,
  labels: { composer: ['Anon'] },
});
/** The ratio of two neighbouring tempos. */
const TEMPO_STEP = (384 / 16) ** (1 / 64);

/** A violin and a piano, a note of each in each of eight bars; the violin goes down to its open D. */
const score: Score = {
  ticksPerQuarter: 480,
  name: '',
  tempos: [{ tick: 0, microsecondsPerQuarter: 500_000 }],
  timeSignatures: [{ tick: 0, numerator: 4, denominator: 4 }],
  keySignatures: [],
  tracks: [40, 0].map((program, channel) => ({
    name: '',
    channel,
    program,
    notes: Array.from({ length: 8 }, (_, bar) => ({
      pitch: 62 + bar,
      startTicks: 1920 * bar,
      durationTicks: 480,
      velocity: 64,
    })),
  })),
};
const { tokens } = tokenizer.encode(score, { labels: { composer: 'Anon' } });

/** What `augment` makes of the piece at ordinals 0, 1, 2... */
function drawn(options: Partial<AugmentationOptions>, from: Tokenizer = tokenizer): Uint16Array[] {
  const augment = createAugmentation(from, { ...NONE, ...options });
  return Array.from({ length: DRAWS }, (_, ordinal) => augment(tokens, ordinal));
}

function countOf(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Five standard deviations: a fair draw fails once in a million seeds, and the seed is fixed. */
function expectShare(count: number, share: number): void {
  const deviation = Math.sqrt((share * (1 - share)) / DRAWS);
  expect(Math.abs(count / DRAWS - share)).toBeLessThan(5 * deviation);
}

const firstNote = (piece: Uint16Array): Score['tracks'][0]['notes'][0] =>
  tokenizer.decode(piece).tracks[0].notes[0];

describe('augmentation', () => {
  it('changes nothing at zero strength', () => {
    for (const piece of drawn({})) expect(piece).toEqual(tokens);
  });

  it('transposes evenly among the shifts that the violin can play', () => {
    const shifts = countOf(drawn({ transpose: true }).map((piece) => firstNote(piece).pitch - 62));
    expect([...shifts.keys()].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 12 }, (_, index) => index - 5),
    );
    for (const count of shifts.values()) expectShare(count, 1 / 12);
    const deep = drawn({ transpose: { down: -24, up: 0 } }).map((piece) => firstNote(piece).pitch);
    expect(Math.min(...deep)).toBe(55); // the open G, though the vocabulary goes on to 36
  });

  it('stretches tempos as often up as down, as far as asked', () => {
    const ratios = drawn({ tempoStretch: 0.2 }).map(
      (piece) => 500_000 / tokenizer.decode(piece).tempos[0].microsecondsPerQuarter,
    );
    // Half a bin for rounding, and half for the tempo of the piece, which lies somewhere in its bin.
    const bound = 1.2 * TEMPO_STEP;
    for (const ratio of ratios) expect(Math.abs(Math.log(ratio))).toBeLessThan(Math.log(bound));
    // ln 1.2 is 3.67 bins: -4..4, of which the outermost are drawn less often.
    expect(countOf(ratios).size).toBe(9);
    const same = 500_000 / tokenizer.decode(tokens).tempos[0].microsecondsPerQuarter;
    expectShare(ratios.filter((ratio) => ratio > same * 1.001).length, 0.5 * (1 - 1 / 7.34));
  });

  it('shifts velocities by every number of bins alike', () => {
    const shifts = countOf(
      drawn({ velocityShift: 2 }).map(
        (piece) => Math.floor(((firstNote(piece).velocity - 1) * 8) / 127) - 3,
      ),
    );
    expect([...shifts.keys()].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
    for (const count of shifts.values()) expectShare(count, 1 / 5);
  });

  it('begins at every bar line alike', () => {
    const begin = tokenizer.idOf('Begin');
    const firsts = drawn({ rotateBars: true }).map((piece) => {
      const second = piece.indexOf(begin, 1);
      return firstNote(second === -1 ? piece : piece.subarray(0, second)).pitch;
    });
    const counts = countOf(firsts);
    expect(counts.size).toBe(8);
    for (const count of counts.values()) expectShare(count, 1 / 8);
  });

  it('draws the same for the same seed and ordinal, in any order of asking', () => {
    const augment = createAugmentation(tokenizer, { ...NONE, ...ALL });
    const forwards = [0, 1, 2, 1000].map((ordinal) => augment(tokens, ordinal));
    const backwards = [1000, 2, 1, 0].map((ordinal) => augment(tokens, ordinal));
    expect(backwards.toReversed()).toEqual(forwards);
    const other = createAugmentation(tokenizer, { ...NONE, ...ALL, seed: 2 });
    expect([0, 1, 2, 1000].map((ordinal) => other(tokens, ordinal))).not.toEqual(forwards);
  });

  it('draws each change by itself: one more leaves the others as they are', () => {
    const pitches = (pieces: Uint16Array[]): number[] =>
      pieces.map((piece) => firstNote(piece).pitch);
    const { rotateBars: _, ...others } = ALL;
    expect(pitches(drawn(others))).toEqual(pitches(drawn({ transpose: true })));
  });

  it('keeps every piece one that decodes, with all changes at once', () => {
    const begin = tokenizer.idOf('Begin');
    for (const piece of drawn(ALL)) {
      const second = piece.indexOf(begin, 1);
      const parts = second === -1 ? [piece] : [piece.subarray(0, second), piece.subarray(second)];
      const notes = parts.flatMap((part) =>
        tokenizer.decode(part).tracks.flatMap((track) => track.notes),
      );
      expect(notes).toHaveLength(16);
    }
    expect(tokens).toEqual(tokenizer.encode(score, { labels: { composer: 'Anon' } }).tokens);
  });

  it('has nothing to do for velocities and tempos that the vocabulary does not tell apart', () => {
    const poor = createTokenizer({
      ...tokenizer.config,
      velocityBins: 0,
      tempo: { lowestBpm: 16, highestBpm: 384, bins: 1 },
    });
    const piece = poor.encode(score).tokens;
    const augment = createAugmentation(poor, { ...NONE, tempoStretch: 0.5, velocityShift: 8 });
    for (let ordinal = 0; ordinal < 20; ordinal++) expect(augment(piece, ordinal)).toEqual(piece);
  });
});
