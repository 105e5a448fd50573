// A job: work that is asked for now and whose result is fetched later.
import type { GivenPiece } from '../composition/given-piece.js';
import type { ProblemCode } from '../problem/problem.js';
import type { ComposeRequest } from '../schemas/compose-schemas.js';

export type JobState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

interface TaskFacts {
  /** As the servers and workers call it. */
  readonly model: string;
  /** Where the end of the job is told. */
  readonly webhook?: string;
}

export interface ComposeTask extends TaskFacts {
  readonly kind: 'compose';
  /** The seed is always there, so that every attempt gives the same bytes. */
  readonly request: Omit<ComposeRequest, 'primer'> & { readonly seed: number | string };
  /** The primer. */
  readonly given?: GivenPiece;
}

export interface EvaluateTask extends TaskFacts {
  readonly kind: 'evaluate';
  readonly given: GivenPiece;
}

/** What is to be done. Plain JSON, everything that the result depends on, and never long: a piece that came with the
 *  request has been read, and is here as tokens, which the server's limits bound. */
export type JobTask = ComposeTask | EvaluateTask;

/** How far a composition has come. */
export interface JobProgress {
  /** New notes so far. */
  readonly notes: number;
  /** Seconds of new music so far. */
  readonly musicSeconds: number;
  /** Of the length that was asked for, 0..1. */
  readonly share: number;
}

export interface JobProblem {
  readonly code: ProblemCode;
  /** For the client: no path, no secret. */
  readonly detail: string;
}

export interface Job {
  /** Nobody guesses it. */
  readonly id: string;
  /** The name of the API key that it belongs to; undefined where there are no keys. */
  readonly owner: string | undefined;
  readonly task: JobTask;
  readonly state: JobState;
  /** How often work on it began. */
  readonly attempts: number;
  /** Milliseconds since 1970, as all times here. */
  readonly submittedAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly progress?: JobProgress;
  /** Why it failed. */
  readonly problem?: JobProblem;
}

/** How a job ends; it ends once. */
export interface JobOutcome {
  readonly state: 'succeeded' | 'failed' | 'cancelled';
  readonly finishedAt: number;
  readonly problem?: JobProblem;
}

export function isFinished({ state }: { readonly state: JobState }): boolean {
  return state !== 'queued' && state !== 'running';
}
