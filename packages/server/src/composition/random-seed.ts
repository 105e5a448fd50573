// Seeds for those who did not choose one.

/** An integer in 0..2^32-1. */
export function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}
