// Score: a piece of music as plain data. Readers give it, writers take it, everything between speaks it.

/** A tempo from `tick` on, until the next one. */
export interface Tempo {
  tick: number;
  /** Length of a quarter note in microseconds, an integer in 1..16_777_215 (as a MIDI file stores it). */
  microsecondsPerQuarter: number;
}

/** A metre from `tick` on. */
export interface TimeSignature {
  tick: number;
  /** Beats in a bar, 1..255. */
  numerator: number;
  /** The note value of a beat: 1, 2, 4, 8, 16, 32, 64. */
  denominator: number;
}

/** A key from `tick` on. */
export interface KeySignature {
  tick: number;
  /** Sharps (positive) or flats (negative), -7..7. */
  fifths: number;
  mode: 'major' | 'minor';
}

export interface Note {
  /** MIDI pitch, 0..127; 60 is middle C. On a percussion track, the General MIDI percussion key. */
  pitch: number;
  /** Onset in ticks from the start of the piece, an integer >= 0. */
  startTicks: number;
  /** Length in ticks, an integer >= 1. */
  durationTicks: number;
  /** MIDI velocity, 1..127. */
  velocity: number;
}

/** One instrument's part. */
export interface Track {
  name: string;
  /** MIDI channel, 0..15; channel 9 is percussion. */
  channel: number;
  /** General MIDI program, 0..127. On channel 9 it is the drum kit and does not name an instrument. */
  program: number;
  /** Ordered by start, then pitch, then duration. */
  notes: Note[];
}

/** A piece of music. Lists are ordered by tick; the first tempo and time signature apply from tick 0.
 *  Without a tempo, 120 quarters a minute holds; without a time signature, 4/4. */
export interface Score {
  /** Pulses per quarter note (PPQ), an integer in 1..32_767. */
  ticksPerQuarter: number;
  name: string;
  tempos: Tempo[];
  timeSignatures: TimeSignature[];
  keySignatures: KeySignature[];
  tracks: Track[];
}

/** The channel that General MIDI reserves for percussion (the tenth, counted from zero). */
export const PERCUSSION_CHANNEL = 9;

export const DEFAULT_MICROSECONDS_PER_QUARTER = 500_000;
