// How a track is written: its staves with their clefs, and which note goes on which.
import { PERCUSSION_CHANNEL, type Track } from '@ostinato/core';

export interface Clef {
  readonly sign: 'G' | 'F' | 'C' | 'percussion';
  readonly line?: number;
}

const TREBLE: Clef = { sign: 'G', line: 2 };
const ALTO: Clef = { sign: 'C', line: 3 };
const BASS: Clef = { sign: 'F', line: 4 };
const PERCUSSION: Clef = { sign: 'percussion' };

const MIDDLE_C = 60;
/** Below this mean pitch (G3) a part is easier to read in the bass clef. */
const BASS_BELOW = 55;
const VIOLA = 41;

/** Pianos, harpsichord and clavinet, organs, the harp. */
function hasTwoStaves(program: number): boolean {
  return program < 8 || (program >= 16 && program < 21) || program === 46;
}

/** The clefs of a track's staves, from the top. */
export function clefsOf({ channel, program, notes }: Track): Clef[] {
  if (channel === PERCUSSION_CHANNEL) return [PERCUSSION];
  if (hasTwoStaves(program)) return [TREBLE, BASS];
  if (program === VIOLA) return [ALTO];
  const mean = notes.reduce((sum, { pitch }) => sum + pitch, 0) / notes.length;
  return [mean < BASS_BELOW ? BASS : TREBLE];
}

/** The staff of a pitch, from 0: two staves share at middle C. */
export function staffOf(pitch: number, staves: number): number {
  return staves === 2 && pitch < MIDDLE_C ? 1 : 0;
}
