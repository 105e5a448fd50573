import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortNotes } from '../score/measures.js';
import type { Note, Score, Track } from '../score/score.js';
import { ScoreError } from '../score/validate-score.js';
import type { MidiLimits } from './midi-limits.js';
import { readMidi } from './read-midi.js';
import { writeMidi } from './write-midi.js';

function note(pitch: number, startTicks: number, durationTicks: number, velocity = 80): Note {
  return { pitch, startTicks, durationTicks, velocity };
}

function scoreOf(tracks: Partial<Track>[], rest: Partial<Score> = {}): Score {
  return {
    ticksPerQuarter: 480,
    name: '',
    tempos: [],
    timeSignatures: [],
    keySignatures: [],
    tracks: tracks.map((track) => ({ name: '', channel: 0, program: 0, notes: [], ...track })),
    ...rest,
  };
}

/** Of one pitch, each around the next. */
function notesAround(count: number): Note[] {
  return Array.from({ length: count }, (_, i) => note(60, i, 3 * count - 2 * i));
}

function repeatedNotes(count: number): Note[] {
  return Array.from({ length: count }, (_, i) => note(60, i, 1));
}

/** One after the other. */
function longNotes(durationTicks: number): Note[] {
  return Array.from({ length: 9 }, (_, i) => note(60, i * durationTicks, durationTicks));
}

/** The limit that was in the way, if there was one. */
function outcomeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return /limits\.(\w+)/.exec((error as Error).message)?.[1] ?? `not a limit: ${String(error)}`;
  }
}

function readBack(score: Score): Score {
  const { score: read, warnings } = readMidi(writeMidi(score));
  expect(warnings).toEqual([]);
  return read;
}

const ticks = fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 0x0fffffff }));
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replaceAll('\0', '')),
  fc.constantFrom('', 'Prélude №1 ♪', '左手', '\ufeffViolin', '__proto__', 'Für Elise'),
);
const anyNote: fc.Arbitrary<Note> = fc.record({
  // Few pitches and starts, so that notes often meet.
  pitch: fc.oneof(fc.constantFrom(60, 61), fc.integer({ min: 0, max: 127 })),
  startTicks: fc.oneof(fc.integer({ min: 0, max: 12 }), ticks),
  durationTicks: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 0x0fffffff })),
  velocity: fc.integer({ min: 1, max: 127 }),
});
const anyTrack: fc.Arbitrary<Track> = fc.record({
  name: anyText,
  channel: fc.integer({ min: 0, max: 15 }),
  program: fc.integer({ min: 0, max: 127 }),
  notes: fc.array(anyNote, { minLength: 1, maxLength: 30 }).map(sortNotes),
});

/** Events with rising ticks; `fromZero` puts the first on tick 0. */
function events<T>(
  fields: fc.Arbitrary<T>,
  fromZero: boolean,
): fc.Arbitrary<(T & { tick: number })[]> {
  const later = fc.uniqueArray(ticks, { maxLength: 6 });
  return fc
    .tuple(later, fc.array(fields, { minLength: 6, maxLength: 6 }))
    .map(([places, values]) => {
      const ordered = places.sort((a, b) => a - b);
      if (fromZero && ordered.length > 0) ordered[0] = 0;
      return ordered.map((tick, index) => ({ tick, ...values[index] }));
    });
}

const anyScore: fc.Arbitrary<Score> = fc.record({
  ticksPerQuarter: fc.integer({ min: 1, max: 32_767 }),
  name: anyText,
  tempos: events(
    fc.record({ microsecondsPerQuarter: fc.integer({ min: 1, max: 0xffffff }) }),
    true,
  ),
  timeSignatures: events(
    fc.record({
      numerator: fc.integer({ min: 1, max: 255 }),
      denominator: fc.constantFrom(1, 2, 4, 8, 16, 32, 64),
    }),
    true,
  ),
  keySignatures: events(
    fc.record({
      fifths: fc.integer({ min: -7, max: 7 }),
      mode: fc.constantFrom('major' as const, 'minor' as const),
    }),
    false,
  ),
  tracks: fc.array(anyTrack, { maxLength: 5 }),
});

describe('writeMidi', () => {
  it('gives back the same score', () => {
    fc.assert(
      fc.property(anyScore, (score) => {
        expect(readBack(score)).toEqual(score);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('writes equal scores as equal bytes and leaves the score alone', () => {
    fc.assert(
      fc.property(anyScore, (score) => {
        const before = structuredClone(score);
        expect(writeMidi(score)).toEqual(writeMidi(structuredClone(score)));
        expect(score).toEqual(before);
      }),
      { numRuns: 50, seed: 2 },
    );
  });

  it('keeps a short note inside a long one of the same pitch', () => {
    const nested = [note(60, 0, 960, 70), note(60, 240, 240, 90), note(60, 300, 60, 50)];
    const score = scoreOf([
      { name: 'Piano', notes: nested },
      { name: 'Bass', notes: [note(40, 0, 10)] },
    ]);
    expect(readMidi(writeMidi(score)).trackChunks).toBe(5);
    expect(readBack(score)).toEqual(score);
  });

  it('keeps two tracks of one name, channel and program apart', () => {
    const score = scoreOf([{ notes: [note(60, 0, 480)] }, { notes: [note(60, 0, 480)] }]);
    expect(readBack(score)).toEqual(score);
  });

  it('keeps thousands of tracks, in a time that grows with them', () => {
    const tempos = [{ tick: 0, microsecondsPerQuarter: 400_000 }];
    const tracks = Array.from({ length: 3000 }, (_, i) => ({
      name: String(i),
      notes: [note(i % 128, i, 480), note(60, 5000, 10)],
    }));
    const score = scoreOf(tracks, { tempos, name: 'many' });
    expect(readBack(score)).toEqual(score);
  });

  it('leaves out tracks without notes', () => {
    const full = { name: 'full', notes: [note(60, 0, 480)] };
    expect(readBack(scoreOf([{ name: 'empty' }, full]))).toEqual(scoreOf([full]));
  });

  it('keeps every tempo to the microsecond', () => {
    const values = [1, 2, 3, 7, 333_333, 461_538, 500_000, 500_001, 0xfffffe, 0xffffff];
    const tempos = values.map((microsecondsPerQuarter, tick) => ({ tick, microsecondsPerQuarter }));
    expect(readBack(scoreOf([], { tempos })).tempos).toEqual(tempos);
  });

  it('keeps every key', () => {
    const keys = (['major', 'minor'] as const).flatMap((mode) =>
      Array.from({ length: 15 }, (_, index) => ({ fifths: index - 7, mode })),
    );
    const keySignatures = keys.map((key, tick) => ({ tick, ...key }));
    expect(readBack(scoreOf([], { keySignatures })).keySignatures).toEqual(keySignatures);
  });

  it('writes exactly what can be read with the same limits', () => {
    const least: MidiLimits = {
      bytes: 200,
      tracks: 3,
      events: 20,
      notes: 8,
      ticks: 500,
      textBytes: 9,
    };
    let [written, refused] = [0, 0];
    fc.assert(
      fc.property(
        anyScore,
        fc.constantFrom(...(Object.keys(least) as (keyof MidiLimits)[])),
        fc.integer({ min: 0, max: 9 }),
        (score, name, times) => {
          const limits = { [name]: least[name] * times };
          const cost = outcomeOf(() => writeMidi(score, limits));
          const whole = writeMidi(score);
          expect(cost).toBe(outcomeOf(() => readMidi(whole, limits)));
          if (cost === undefined) written++;
          else refused++;
        },
      ),
      { numRuns: 300, seed: 3 },
    );
    expect(Math.min(written, refused)).toBeGreaterThan(50);
  });

  it.each([
    { what: 'tracks', tracks: Array.from({ length: 4096 }, () => ({ notes: [note(60, 0, 1)] })) },
    { what: 'tracks', tracks: [{ notes: notesAround(4096) }] },
    { what: 'events', tracks: [{ notes: repeatedNotes(249_999) }] },
    { what: 'notes', tracks: [{ notes: repeatedNotes(250_001) }] },
    { what: 'ticks', tracks: [{ notes: longNotes(0x0fffffff) }] },
  ])('refuses more $what than readMidi takes', ({ what, tracks }) => {
    expect(() => writeMidi(scoreOf(tracks))).toThrow(ScoreError);
    expect(() => writeMidi(scoreOf(tracks))).toThrow(`limits.${what}`);
  });

  it('writes as many notes around others as readMidi takes, in a time that grows with them', () => {
    const score = scoreOf([{ notes: notesAround(4095) }]);
    expect(readBack(score)).toEqual(score);
  });

  it('refuses a silence that no file can hold', () => {
    const score = scoreOf([{ name: 'late', notes: [note(60, 0x10000000, 480)] }]);
    expect(() => writeMidi(score)).toThrow(ScoreError);
    expect(() => writeMidi(score)).toThrow(/track "late".*268435455|268435455.*track "late"/);
  });

  it('refuses a score that is not valid', () => {
    expect(() => writeMidi(scoreOf([{ channel: 16 }]))).toThrow(ScoreError);
  });
});
