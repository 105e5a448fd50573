// How many threads a model computes with.
import { availableParallelism } from 'node:os';

const MOST_THREADS = 64;

/** A token is a chain of small products that wait for memory: beyond four cores there is nothing to gain. */
const MOST_BY_DEFAULT = 4;

export function defaultThreads(): number {
  return Math.min(MOST_BY_DEFAULT, availableParallelism());
}

/** Processes of an engine: one for each core up to four, and more only where these cannot use all cores. Two with one thread
 *  each draw about a quarter more than one with two, whose threads wait for each other at every product, and one goes on
 *  while the other is replaced. Each takes some 150 MB. */
export function defaultProcesses(cores = availableParallelism()): number {
  return Math.max(Math.min(cores, 4), Math.ceil(cores / MOST_BY_DEFAULT));
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
