// Meta events the reader uses. Others are skipped by their length.
import type { KeySignature, Tempo, TimeSignature } from '../score/score.js';

/** Type bytes of the Standard MIDI File specification, section "Meta-Events". */
export const META = {
  text: 0x01,
  trackName: 0x03,
  endOfTrack: 0x2f,
  tempo: 0x51,
  timeSignature: 0x58,
  keySignature: 0x59,
} as const;

/** FF 51 03 tttttt. @returns undefined if it has another length or is zero, which no tempo is */
export function decodeTempo(tick: number, data: Uint8Array): Tempo | undefined {
  if (data.length !== 3) return undefined;
  const microsecondsPerQuarter = (data[0] << 16) | (data[1] << 8) | data[2];
  return microsecondsPerQuarter === 0 ? undefined : { tick, microsecondsPerQuarter };
}

/** FF 58 04 nn dd cc bb, the denominator as a power of two.
 *  @returns undefined if it has another length, no beats, or beats shorter than a 64th */
export function decodeTimeSignature(tick: number, data: Uint8Array): TimeSignature | undefined {
  if (data.length !== 4) return undefined;
  const numerator = data[0];
  const power = data[1];
  return numerator === 0 || power > 6 ? undefined : { tick, numerator, denominator: 2 ** power };
}

/** FF 59 02 sf mi, sf signed. @returns undefined if it has another length or is outside -7..7, major or minor */
export function decodeKeySignature(tick: number, data: Uint8Array): KeySignature | undefined {
  if (data.length !== 2) return undefined;
  const fifths = data[0] > 127 ? data[0] - 256 : data[0];
  const mode = data[1];
  if (Math.abs(fifths) > 7 || mode > 1) return undefined;
  return { tick, fifths, mode: mode === 0 ? 'major' : 'minor' };
}
