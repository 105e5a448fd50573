// Random numbers by position: Philox4x32-10, a counter-based generator (Salmon, Moraes, Dror and Shaw,
// "Parallel random numbers: as easy as 1, 2, 3", SC 2011). The number at an index does not depend on what was
// asked before, so results never depend on block sizes, threads or the platform. See docs/sampling.md.
import { sha256 } from '@noble/hashes/sha2.js';

/** An integer in 0..2^32-1, or any text. Text that is the decimal form of such an integer means the integer;
 *  other text stands for the first 64 bits of the SHA-256 of its UTF-8 bytes. */
export type Seed = number | string;

/** An endless row of random numbers, addressed by index (an integer in 0..2^53-1). */
export interface Random {
  /** The number at `index`, an integer in 0..2^32-1. */
  wordAt(index: number): number;
  /** The number at `index` in [0, 1): its upper 24 bits times 2^-24, so it is an exact float32. */
  uniformAt(index: number): number;
  /** The number at `index` in 0..bound-1; `bound` in 1..2^32. Each value's share is exact to `bound / 2^32`. */
  integerAt(index: number, bound: number): number;
  /** `uniformAt` of `count` indices from `first` on. */
  uniforms(first: number, count: number): Float32Array;
}

type Words = [number, number, number, number];

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9; // golden ratio
const WEYL_1 = 0xbb67ae85; // square root of 3 minus 1
const ROUNDS = 10;
const TWO_32 = 0x1_0000_0000;

/** Philox4x32-10: four 32-bit words from a counter of four and a key of two. */
export function philox4x32(counter: Readonly<Words>, key: readonly [number, number]): Words {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/** The random numbers of a seed. Different `stream`s (integers in 0..2^32-1) of one seed are independent: one for
 *  each use (drawing tokens, shuffling, dropping out) keeps the uses from disturbing each other.
 *  @throws {RangeError} if the seed is a number that is not an integer in 0..2^32-1 */
export function createRandom(seed: Seed, stream = 0): Random {
  const key = keyOf(seed);
  let block = -1;
  let words: Words = [0, 0, 0, 0];

  const wordAt = (index: number): number => {
    const wanted = Math.floor(index / 4);
    if (wanted !== block) {
      words = philox4x32([wanted >>> 0, Math.floor(wanted / TWO_32), stream >>> 0, 0], key);
      block = wanted;
    }
    return words[index % 4];
  };
  const uniformAt = (index: number): number => (wordAt(index) >>> 8) / 0x100_0000;

  return {
    wordAt,
    uniformAt,
    integerAt: (index, bound) => Math.floor((wordAt(index) / TWO_32) * bound),
    uniforms: (first, count) => new Float32Array(count).map((_, i) => uniformAt(first + i)),
  };
}

/** A shuffled copy (Fisher-Yates), by the numbers of `random` from index `first` on; it uses `items.length - 1`. */
export function shuffle<T>(items: readonly T[], random: Random, first = 0): T[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1, index = first; last > 0; last--, index++) {
    const other = random.integerAt(index, last + 1);
    [shuffled[last], shuffled[other]] = [shuffled[other], shuffled[last]];
  }
  return shuffled;
}

function keyOf(seed: Seed): [number, number] {
  const integer = typeof seed === 'string' && /^(0|[1-9]\d{0,9})$/.test(seed) ? Number(seed) : seed;
  if (typeof integer === 'string' || (typeof seed === 'string' && integer >= TWO_32)) {
    const digest = sha256(new TextEncoder().encode(String(seed)));
    const view = new DataView(digest.buffer, digest.byteOffset);
    return [view.getUint32(0, true), view.getUint32(4, true)];
  }
  if (!Number.isInteger(integer) || integer < 0 || integer >= TWO_32) {
    throw new RangeError(`seed: expected an integer in 0..4294967295 or a text, found ${integer}`);
  }
  return [integer, 0];
}

/** Upper 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  // Each 16-bit product and each sum below fits into 32 unsigned bits.
  const highLow = Math.imul(aHigh, bLow) >>> 0;
  const lowHigh = Math.imul(aLow, bHigh) >>> 0;
  const middle = (highLow & 0xffff) + (lowHigh & 0xffff) + (Math.imul(aLow, bLow) >>> 16);
  return (Math.imul(aHigh, bHigh) + (highLow >>> 16) + (lowHigh >>> 16) + (middle >>> 16)) | 0;
}
