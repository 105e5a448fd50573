// What the routes need of a queue of jobs, wherever its jobs wait, run and leave their results.
import type { Places } from '../admission/places.js';
import type { Job, JobProgress, JobState, JobTask } from './job.js';

export interface JobSubmission {
  readonly owner: string | undefined;
  readonly task: JobTask;
  /** Names the submission, so that sending it again makes no second job. */
  readonly idempotency?: {
    readonly key: string;
    /** Of the body as it came: the same for the same body. */
    readonly fingerprint: string;
  };
}

export interface Submitted {
  readonly job: Job;
  /** False for a submission that was sent again. */
  readonly isNew: boolean;
}

export interface JobQuery {
  /** Whose jobs: of no other are any told. */
  readonly owner: string | undefined;
  /** Default: all. */
  readonly state?: JobState;
  /** Jobs of a page, at most. */
  readonly limit: number;
  /** The `next` of the page before. Default: the newest jobs. */
  readonly cursor?: string;
}

export interface JobPage {
  /** The newest first. There may be fewer than asked for, even none, on a page that has a next one. */
  readonly jobs: readonly Job[];
  /** Undefined on the last page. */
  readonly next?: string;
}

export interface JobCounts {
  readonly queued: number;
  readonly running: number;
}

/** Does the work of a job, from nothing: a second attempt gives the same bytes.
 *  @returns the result, as `job-result.ts` writes it
 *  @throws the signal's reason if it is aborted; a ProblemError, or what `problemOf` makes one of */
export type JobRunner = (
  task: JobTask,
  options: { signal: AbortSignal; onProgress: (progress: JobProgress) => void },
) => Promise<Uint8Array>;

/** Methods throw a ProblemError `queue-unavailable` where the queue lies elsewhere and cannot be reached. */
export interface JobQueue {
  /** Called once by the app, with what can do the work in this process and the places for it. A queue whose workers are
   *  elsewhere needs none. */
  start?(run: JobRunner, places?: Places): void;
  /** @throws {ProblemError} `overloaded` if too many wait, `conflict` if the idempotency key came with another body,
   *  `invalid-request` if the webhook is not allowed */
  submit(submission: JobSubmission): Promise<Submitted>;
  /** The job as it stands, until it is forgotten. */
  find(id: string): Promise<Job | undefined>;
  /** The jobs of one owner that are not forgotten.
   *  @throws {ProblemError} `invalid-request` if the cursor is none of this queue's */
  list(query: JobQuery): Promise<JobPage>;
  /** Of a job that succeeded, until it is forgotten. */
  result(id: string): Promise<Uint8Array | undefined>;
  /** Ends a job that has not ended; what has ended stays as it is.
   *  @returns the job afterwards */
  cancel(id: string): Promise<Job | undefined>;
  /** Those that wait and those at work, by model. */
  counts(): Promise<ReadonlyMap<string, JobCounts>>;
  /** Takes nothing more, and waits for what this process has begun. May be called again. */
  close(): Promise<void>;
}
