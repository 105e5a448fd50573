// How many jobs there may be, and how long they are remembered.

export interface JobLimits {
  /** Jobs that wait; more are refused. Default 1,000. */
  readonly queued: number;
  /** Attempts at a job, the first included. Default 3. */
  readonly attempts: number;
  /** Seconds that one attempt may take. Default 600. */
  readonly attemptSeconds: number;
  /** Seconds before the second attempt; each further wait is twice as long. Default 1. */
  readonly backoffSeconds: number;
  /** Seconds that a job and its result are kept when it has ended, and that an idempotency key is known. Default 86,400,
   *  a day. */
  readonly keptSeconds: number;
  /** Jobs that are kept when they have ended; the oldest are forgotten first. Default 10,000. */
  readonly kept: number;
}

export const DEFAULT_JOB_LIMITS: JobLimits = {
  queued: 1_000,
  attempts: 3,
  attemptSeconds: 600,
  backoffSeconds: 1,
  keptSeconds: 86_400,
  kept: 10_000,
};
