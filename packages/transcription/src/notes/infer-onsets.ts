// Onsets that the network missed, told by a sudden rise of what sounds.
import { PITCHES } from '../model/grid.js';

/** A rise must show against each of this many frames before. */
const FRAMES_BEFORE = 2;

/** The larger of a cell's onset and the rise of its frame, the rises scaled so that the steepest is as sure as the surest
 *  onset.
 *  @param onsets [F, PITCHES]
 *  @param frames [F, PITCHES]
 *  @returns [F, PITCHES], new */
export function inferOnsets(onsets: Float32Array, frames: Float32Array): Float32Array {
  const largest = (most: number, value: number): number => Math.max(most, value);
  const rises = frames.map((_, cell) => riseAt(frames, cell));
  const steepest = rises.reduce(largest, 0);
  if (steepest === 0) return onsets.slice();
  const surest = onsets.reduce(largest, 0);
  return rises.map((rise, cell) => Math.max(onsets[cell], (surest * rise) / steepest));
}

function riseAt(frames: Float32Array, cell: number): number {
  if (cell < FRAMES_BEFORE * PITCHES) return 0;
  let rise = Infinity;
  for (let back = 1; back <= FRAMES_BEFORE; back++) {
    rise = Math.min(rise, frames[cell] - frames[cell - back * PITCHES]);
  }
  return Math.max(0, rise);
}
