// How many threads a model computes with.
import { availableParallelism } from 'node:os';

const MOST_THREADS = 64;

/** A token is a chain of small products that wait for memory: beyond four cores there is nothing to gain. */
const MOST_BY_DEFAULT = 4;

export function defaultThreads(): number {
  return Math.min(MOST_BY_DEFAULT, availableParallelism());
}

/** One process for each group of four cores. */
export function defaultProcesses(): number {
  return Math.ceil(availableParallelism() / MOST_BY_DEFAULT);
}

/** A process's share of the cores. */
export function threadsOfEach(processes: number): number {
  return Math.max(1, Math.min(MOST_BY_DEFAULT, Math.floor(availableParallelism() / processes)));
}

/** @throws {RangeError} if it is not an integer in 1..64 */
export function checkThreads(threads: number): void {
  checkCount('threads', threads, MOST_THREADS);
}

/** @throws {RangeError} if it is not an integer in 1..most */
export function checkCount(name: string, count: number, most: number): void {
  if (!Number.isInteger(count) || count < 1 || count > most) {
    throw new RangeError(`${name}: expected an integer in 1..${most}, found ${count}`);
  }
}
