// Faster or slower, louder or softer: tempos and velocities of token sequences moved by whole bins.
import type { Vocabulary } from './vocabulary.js';

/** Multiplies every tempo by a factor, to the nearest bin. All tempos move by as many bins, and no further than the
 *  first one that meets an end of the scale, so that they keep their proportions.
 *  @param factor > 0; 2 is twice as fast
 *  @returns a copy
 *  @throws {RangeError} if the factor is not a positive number */
export function stretchTempo(
  { blocks, config }: Vocabulary,
  tokens: Uint16Array,
  factor: number,
): Uint16Array {
  if (!(factor > 0 && factor < Infinity)) {
    throw new RangeError(`stretchTempo: expected a positive factor, found ${factor}`);
  }
  const { firstId, count } = blocks.Tempo;
  const { lowestBpm, highestBpm, bins } = config.tempo;
  const wanted = Math.round((bins * Math.log(factor)) / Math.log(highestBpm / lowestBpm));
  let [down, up] = [-Infinity, Infinity]; // the shifts for which there is room
  for (const id of tokens) {
    if (id < firstId || id >= firstId + count) continue;
    down = Math.max(down, firstId - id);
    up = Math.min(up, firstId + count - 1 - id);
  }
  const shift = Math.min(Math.max(wanted, down), up);
  return tokens.map((id) => (id >= firstId && id < firstId + count ? id + shift : id));
}

/** Makes every note louder or softer by as many bins; the first and last bin hold what would leave the scale. Changes
 *  nothing where the vocabulary has no velocities.
 *  @param bins an integer; below 0 is softer
 *  @returns a copy
 *  @throws {RangeError} if `bins` is not an integer */
export function shiftVelocities(
  { blocks }: Vocabulary,
  tokens: Uint16Array,
  bins: number,
): Uint16Array {
  if (!Number.isInteger(bins)) {
    throw new RangeError(`shiftVelocities: expected a whole number of bins, found ${bins}`);
  }
  const { firstId, count } = blocks.Velocity;
  const lastId = firstId + count - 1;
  return tokens.map((id) =>
    id >= firstId && id <= lastId ? Math.min(Math.max(id + bins, firstId), lastId) : id,
  );
}
