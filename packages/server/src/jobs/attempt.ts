// One attempt at a job: its time, what came of it, and whether another may help.
import { startDeadline } from '../admission/deadline.js';
import { problemOf } from '../problem/problem-of.js';
import { type ProblemCode, PROBLEMS } from '../problem/problem.js';
import type { JobProblem, JobProgress, JobTask } from './job.js';
import type { JobRunner } from './job-queue.js';

export type AttemptResult =
  | { readonly bytes: Uint8Array }
  | { readonly problem: JobProblem; readonly mayRetry: boolean; readonly cause: unknown };

export interface AttemptOptions {
  /** Gives the job up. */
  readonly signal: AbortSignal;
  /** The time for one attempt. */
  readonly seconds: number;
  readonly onProgress: (progress: JobProgress) => void;
}

/** Runs a task once. A failure is a result too.
 *  @throws if `signal` was aborted */
export async function attemptJob(
  run: JobRunner,
  task: JobTask,
  { signal, seconds, onProgress }: AttemptOptions,
): Promise<AttemptResult> {
  using deadline = startDeadline(signal, seconds);
  try {
    return { bytes: await run(task, { signal: deadline.signal, onProgress }) };
  } catch (error) {
    if (signal.aborted) throw error;
    const { code, message } = problemOf(error);
    const isLate = code === 'deadline';
    const detail = isLate ? `an attempt at a job may take ${seconds} s; ask for less` : message;
    return { problem: { code, detail }, mayRetry: mayHelp(code), cause: error };
  }
}

/** What lies with the server may pass; what lies with the request does not, nor does what takes too long. */
function mayHelp(code: ProblemCode): boolean {
  return PROBLEMS[code].status >= 500 && code !== 'deadline';
}
