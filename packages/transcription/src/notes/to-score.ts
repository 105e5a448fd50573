// Found notes as a score: at their seconds, under one constant tempo.
import { type Note, type Score, sortNotes } from '@ostinato/core';
import { FRAMES_PER_SECOND } from '../model/grid.js';
import type { FoundNote } from './find-notes.js';

export interface ScoreOptions {
  /** Name of the score. Default ''. */
  name?: string;
  /** Quarters a minute, 10..1000: where bar lines fall; the sound stays the same. Default 120. */
  tempoBpm?: number;
  /** General MIDI program of the one track, 0..127. Default 0, a piano. */
  program?: number;
}

/** At 120 quarters a minute a tick is half a millisecond, a twentieth of the network's grid. */
const TICKS_PER_QUARTER = 960;

/** @throws {RangeError} if an option is outside its range */
export function notesToScore(notes: readonly FoundNote[], options: ScoreOptions = {}): Score {
  const { name = '', tempoBpm = 120, program = 0 } = options;
  if (!(tempoBpm >= 10 && tempoBpm <= 1000)) {
    throw new RangeError(`tempoBpm: expected a number in 10..1000, found ${tempoBpm}`);
  }
  if (!(Number.isInteger(program) && program >= 0 && program <= 127)) {
    throw new RangeError(`program: expected an integer in 0..127, found ${program}`);
  }
  const microsecondsPerQuarter = Math.round(60e6 / tempoBpm);
  const ticksPerSecond = (TICKS_PER_QUARTER * 1e6) / microsecondsPerQuarter;
  const tickAt = (frame: number): number =>
    Math.round((frame / FRAMES_PER_SECOND) * ticksPerSecond);
  const played = notes.map(({ pitch, startFrame, endFrame, strength }): Note => {
    const startTicks = tickAt(startFrame);
    const durationTicks = Math.max(1, tickAt(endFrame) - startTicks);
    const velocity = Math.min(127, Math.max(1, Math.round(strength * 127)));
    return { pitch, startTicks, durationTicks, velocity };
  });
  return {
    ticksPerQuarter: TICKS_PER_QUARTER,
    name,
    tempos: [{ tick: 0, microsecondsPerQuarter }],
    timeSignatures: [{ tick: 0, numerator: 4, denominator: 4 }],
    keySignatures: [],
    tracks: [{ name: '', channel: 0, program, notes: sortNotes(played) }],
  };
}
