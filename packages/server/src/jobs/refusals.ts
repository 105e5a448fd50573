// Why a queue takes no job: the same words wherever the queue lies.
import { ProblemError } from '../problem/problem.js';

export function usedOtherwise(): ProblemError {
  const detail = 'Idempotency-Key: it came with another request; choose a new key for each job';
  return new ProblemError('conflict', detail);
}

export function strangeCursor(): ProblemError {
  const detail = 'cursor: expected the `next` of a page of this list';
  return new ProblemError('invalid-request', detail);
}

export function tooManyQueued(queued: number): ProblemError {
  const detail = `${queued} jobs wait already; try again later`;
  return new ProblemError('overloaded', detail, { headers: { 'retry-after': '10' } });
}
