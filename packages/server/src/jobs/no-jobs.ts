// The queue of an app that takes no jobs.
import { ProblemError } from '../problem/problem.js';
import type { JobQueue } from './job-queue.js';

export const NO_JOBS: JobQueue = {
  submit: async () => {
    const detail = 'this server takes no jobs; compose or stream the piece instead';
    throw new ProblemError('not-found', detail);
  },
  find: async () => undefined,
  list: async () => ({ jobs: [] }),
  result: async () => undefined,
  cancel: async () => undefined,
  counts: async () => new Map(),
  close: async () => undefined,
};
