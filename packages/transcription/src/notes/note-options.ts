// How certain the network must be, and of what.
import { HIGHEST_PITCH, LOWEST_PITCH } from '../model/grid.js';

/** What counts as a note. The defaults are those of Basic Pitch. */
export interface NoteOptions {
  /** How surely a note must start, 0..1 (excluded). Lower finds more notes, also wrong ones. Default 0.5. */
  onsetThreshold?: number;
  /** How surely a note must sound to go on, 0..1 (excluded). Lower makes notes longer. Default 0.3. */
  frameThreshold?: number;
  /** Shorter notes are left out; 0..10 s. Default 0.128. */
  minNoteSeconds?: number;
  /** The lowest and the highest pitch that are listened to, 21..108, both included. Default: all of them. */
  lowestPitch?: number;
  highestPitch?: number;
}

export const DEFAULT_NOTE_OPTIONS: Required<NoteOptions> = {
  onsetThreshold: 0.5,
  frameThreshold: 0.3,
  minNoteSeconds: 0.128,
  lowestPitch: LOWEST_PITCH,
  highestPitch: HIGHEST_PITCH,
};

/** @returns the options with their defaults
 *  @throws {RangeError} naming the one that is outside its range */
export function completeNoteOptions(options: NoteOptions): Required<NoteOptions> {
  const complete = { ...DEFAULT_NOTE_OPTIONS, ...options };
  const { onsetThreshold, frameThreshold, minNoteSeconds, lowestPitch, highestPitch } = complete;
  requireBetween('onsetThreshold', onsetThreshold, 0, 1);
  requireBetween('frameThreshold', frameThreshold, 0, 1);
  if (frameThreshold === 0) requireBetween('frameThreshold', NaN, 0, 1); // everything would sound for ever
  requireBetween('minNoteSeconds', minNoteSeconds, 0, 10);
  requireBetween('lowestPitch', lowestPitch, LOWEST_PITCH, HIGHEST_PITCH);
  requireBetween('highestPitch', highestPitch, lowestPitch, HIGHEST_PITCH);
  return complete;
}

function requireBetween(name: string, value: number, low: number, high: number): void {
  if (value >= low && value <= high) return;
  throw new RangeError(`${name}: expected a number in ${low}..${high}, found ${value}`);
}
