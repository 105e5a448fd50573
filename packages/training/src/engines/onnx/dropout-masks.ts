// Dropout masks by seed and step, so that a resumed run draws the same ones.
import { createRandom, type Random } from '@ostinato/core';

/** Stream of random numbers kept for dropout; see `createRandom`. */
const DROPOUT_STREAM = 0xd0;

/** Bytes of 1 (keep) and 0 (drop). */
export type MaskSource = (step: number, layer: number) => Uint8Array;

/** @param dropout probability of 0, in [0, 1); exact to 2^-16
 *  @param size bytes of one mask */
export function createMaskSource(
  seed: number,
  dropout: number,
  size: number,
  layers: number,
): MaskSource {
  const random: Random = createRandom(seed, DROPOUT_STREAM);
  const threshold = Math.round(dropout * 0x1_0000);
  const words = Math.ceil(size / 2);
  return (step, layer) => {
    const mask = new Uint8Array(size);
    const first = (step * layers + layer) * words;
    for (let index = 0; index < words; index++) {
      const word = random.wordAt(first + index);
      mask[index * 2] = (word & 0xffff) >= threshold ? 1 : 0;
      mask[index * 2 + 1] = word >>> 16 >= threshold ? 1 : 0;
    }
    return mask;
  };
}
