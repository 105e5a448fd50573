import type { Note, Score, Track } from '@ostinato/core';
import { describe, expect, it } from 'vitest';
import { createMemoryCorpus } from '../../testing/memory-corpus.js';
import { corpusStatistics } from './corpus-statistics.js';
import { addPiece, emptyStatistics, noteStatisticsSchema } from './note-statistics.js';
import { noteOverlaps, overlap } from './overlap.js';

const note = (pitch: number, startTicks: number, durationTicks: number): Note => ({
  pitch,
  startTicks,
  durationTicks,
  velocity: 64,
});
const track = (program: number, notes: Note[], channel = 0): Track => ({
  name: '',
  channel,
  program,
  notes,
});
const score = (...tracks: Track[]): Score => ({
  ticksPerQuarter: 480,
  name: '',
  tempos: [],
  timeSignatures: [],
  keySignatures: [],
  tracks,
});

describe('note statistics', () => {
  it('count pitches, pitch classes, note values, voices and instruments', () => {
    const statistics = emptyStatistics();
    // A half note of the violin over two quarters of the piano, the second a dotted one that goes on alone.
    addPiece(
      statistics,
      score(track(40, [note(72, 0, 960)]), track(0, [note(60, 0, 480), note(61, 480, 720)])),
    );
    expect(statistics).toMatchObject({ pieces: 1, notes: 3, instruments: { 40: 1, 0: 2 } });
    expect([60, 61, 72].map((pitch) => statistics.pitches[pitch])).toEqual([1, 1, 1]);
    expect(statistics.pitchClasses.slice(0, 2)).toEqual([2, 1]);
    expect(statistics.durations).toEqual([0, 0, 0, 1, 2, 0, 0]);
    expect(statistics.voices.slice(0, 3)).toEqual([0.5, 2, 0]);
    expect(statistics.seconds).toBeCloseTo(1.25); // 2.5 quarters at 120 a minute
  });

  it('count percussion as notes of one instrument alone', () => {
    const statistics = emptyStatistics();
    addPiece(statistics, score(track(5, [note(36, 0, 480)], 9)));
    expect(statistics.instruments).toEqual({ percussion: 1 });
    expect(statistics.pitches.every((count) => count === 0)).toBe(true);
    expect(statistics.voices.every((count) => count === 0)).toBe(true);
  });

  it('put what is very short, very long or very thick into the last bars', () => {
    const statistics = emptyStatistics();
    const cluster = Array.from({ length: 14 }, (_, i) => note(60 + i, 0, 480));
    addPiece(
      statistics,
      score(track(0, cluster), track(1, [note(40, 480, 1), note(40, 500, 99_999)])),
    );
    expect(statistics.voices[9]).toBe(1);
    expect(statistics.durations[0]).toBe(1);
    expect(statistics.durations[6]).toBe(1);
  });

  it('of a corpus are those of its training pieces, whole if it is small', async () => {
    const corpus = createMemoryCorpus();
    const statistics = await corpusStatistics(corpus);
    expect(noteStatisticsSchema.parse(statistics)).toEqual(statistics);
    const pieces = corpus.pieces('train');
    expect(statistics.pieces).toBe(pieces.length);
    expect(statistics.notes).toBe(pieces.reduce((sum, piece) => sum + piece.notes, 0));
    expect(statistics.durations[3]).toBe(statistics.notes); // the tunes are all quarters
  });
});

describe('overlap', () => {
  it.each([
    ['equal shares', [1, 2], [10, 20], 1],
    ['nothing in common', [1, 0], [0, 5], 0],
    ['half in common', [1, 1], [0, 7], 0.5],
    ['nothing to compare', [0, 0], [1, 1], Number.NaN],
  ])('of %s', (_, a, b, expected) => {
    expect(overlap(a, b)).toBe(expected);
  });

  it('knows instruments that only one side has', () => {
    const a = { ...emptyStatistics(), instruments: { 0: 3, 40: 1 } };
    const b = { ...emptyStatistics(), instruments: { 0: 1, percussion: 1 } };
    expect(noteOverlaps(a, b).instruments).toBe(0.5);
  });
});
