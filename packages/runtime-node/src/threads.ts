// How many threads a model computes with.
import { availableParallelism } from 'node:os';

const MOST_THREADS = 64;

/** A token is a chain of small products that wait for memory: beyond four cores there is nothing to gain. */
const MOST_BY_DEFAULT = 4;

export function defaultThreads(): number {
  return Math.min(MOST_BY_DEFAULT, availableParallelism());
}

/** @throws {RangeError} if it is not an integer in 1..64 */
export function checkThreads(threads: number): void {
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    throw new RangeError(`threads: expected an integer in 1..${MOST_THREADS}, found ${threads}`);
  }
}
