// How alike the notes of two sets of pieces are.
import type { NoteStatistics } from './note-statistics.js';

/** 1 where two sets of counts have the same shares, 0 where they have nothing in common: the area that their histograms
 *  share (1 minus the total variation distance). NaN if one of them counts nothing. */
export function overlap(a: readonly number[], b: readonly number[]): number {
  const sumA = a.reduce((sum, count) => sum + count, 0);
  const sumB = b.reduce((sum, count) => sum + count, 0);
  if (sumA === 0 || sumB === 0) return Number.NaN;
  return a.reduce((shared, count, i) => shared + Math.min(count / sumA, b[i] / sumB), 0);
}

export interface NoteOverlaps {
  readonly pitches: number;
  readonly pitchClasses: number;
  readonly durations: number;
  readonly voices: number;
  readonly instruments: number;
}

/** Overlaps of everything that is counted, 0..1. Pitches are compared by octaves: a few short pieces do not fill 128. */
export function noteOverlaps(a: NoteStatistics, b: NoteStatistics): NoteOverlaps {
  const names = [...new Set([...Object.keys(a.instruments), ...Object.keys(b.instruments)])];
  const instrumentsOf = ({ instruments }: NoteStatistics): number[] =>
    names.map((name) => instruments[name] ?? 0);
  return {
    pitches: overlap(octaves(a.pitches), octaves(b.pitches)),
    pitchClasses: overlap(a.pitchClasses, b.pitchClasses),
    durations: overlap(a.durations, b.durations),
    voices: overlap(a.voices, b.voices),
    instruments: overlap(instrumentsOf(a), instrumentsOf(b)),
  };
}

function octaves(pitches: readonly number[]): number[] {
  const sums = Array.from({ length: Math.ceil(pitches.length / 12) }, () => 0);
  pitches.forEach((count, pitch) => {
    sums[Math.floor(pitch / 12)] += count;
  });
  return sums;
}
