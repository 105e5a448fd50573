// Jobs in this process: nothing else is needed, and nothing survives it. Bounded in what waits and in what is kept. No
// timer runs while no job does, so that it may live where timers are not allowed to idle.
import type { Places } from '../admission/places.js';
import type { Logger } from '../app-options.js';
import { ProblemError } from '../problem/problem.js';
import { attemptJob } from './attempt.js';
import { isFinished, type Job, type JobOutcome } from './job.js';
import { newJobId } from './job-id.js';
import { DEFAULT_JOB_LIMITS, type JobLimits } from './job-limits.js';
import type {
  JobCounts,
  JobPage,
  JobQuery,
  JobQueue,
  JobRunner,
  JobSubmission,
  Submitted,
} from './job-queue.js';
import { strangeCursor, tooManyQueued, usedOtherwise } from './refusals.js';
import {
  checkWebhook,
  WEBHOOK_ATTEMPTS,
  WEBHOOK_BACKOFF_SECONDS,
  webhookMessage,
  type Webhooks,
} from './webhook/webhooks.js';

export interface MemoryJobQueueOptions {
  /** Default: `DEFAULT_JOB_LIMITS`. */
  readonly limits?: Partial<JobLimits>;
  /** Jobs at work at a time. Default 4. */
  readonly running?: number;
  /** Bytes of all tasks and results. Results are forgotten for it, the oldest first; then no job is taken. Default 64 MiB. */
  readonly bytes?: number;
  /** Default: none are sent. */
  readonly webhooks?: Webhooks;
  readonly logger?: Logger;
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

interface Entry {
  job: Job;
  /** Its number in the order of submissions. */
  readonly order: number;
  /** Of its submission, in `#submissions`. */
  readonly name: string | undefined;
  readonly fingerprint: string | undefined;
  readonly controller: AbortController;
  result?: Uint8Array;
  /** Bytes of the task and of the result. */
  size: number;
}

export class MemoryJobQueue implements JobQueue {
  readonly #limits: JobLimits;
  readonly #mostRunning: number;
  readonly #mostBytes: number;
  readonly #webhooks: Webhooks | undefined;
  readonly #logger: Logger | undefined;
  readonly #now: () => number;

  readonly #entries = new Map<string, Entry>();
  /** First come, first served. */
  readonly #waiting = new Set<Entry>();
  /** Those whose turn it is, at work or on their way to a place. */
  readonly #running = new Set<Entry>();
  /** Those that wait for their next attempt. */
  readonly #resting = new Set<Entry>();
  /** In the order in which they ended. */
  readonly #finished = new Set<Entry>();
  readonly #submissions = new Map<string, Entry>();
  #bytes = 0;
  /** Messages under way. */
  readonly #telling = new Set<Promise<void>>();
  readonly #pauses = new Set<() => void>();
  #submitted = 0;
  #run: JobRunner | undefined;
  #places: Places | undefined;
  #whenIdle: (() => void) | undefined;
  #isClosing = false;
  #closing: Promise<void> | undefined;

  constructor(options: MemoryJobQueueOptions = {}) {
    this.#limits = { ...DEFAULT_JOB_LIMITS, ...options.limits };
    this.#mostRunning = options.running ?? 4;
    this.#mostBytes = options.bytes ?? 64 * 1024 * 1024;
    this.#webhooks = options.webhooks;
    this.#logger = options.logger;
    this.#now = options.now ?? Date.now;
  }

  start(run: JobRunner, places?: Places): void {
    this.#run = run;
    this.#places = places;
    this.#startNext();
  }

  async submit({ owner, task, idempotency }: JobSubmission): Promise<Submitted> {
    this.#forget();
    const name = idempotency && `${owner ?? ''}\n${idempotency.key}`;
    const earlier = name === undefined ? undefined : this.#submissions.get(name);
    if (earlier) {
      if (earlier.fingerprint !== idempotency?.fingerprint) throw usedOtherwise();
      return { job: earlier.job, isNew: false };
    }
    checkWebhook(this.#webhooks, task.webhook);
    if (this.#isClosing) throw new ProblemError('not-ready', 'this server is about to stop');
    const queued = this.#waiting.size + this.#resting.size;
    if (queued >= this.#limits.queued) throw tooManyQueued(queued);

    const id = newJobId(task.model);
    const job: Job = { id, owner, task, state: 'queued', attempts: 0, submittedAt: this.#now() };
    const { fingerprint } = idempotency ?? {};
    const size = JSON.stringify(task).length;
    const controller = new AbortController();
    const order = this.#submitted++;
    const entry: Entry = { job, order, name, fingerprint, controller, size };
    this.#bytes += size;
    this.#forget();
    if (this.#bytes > this.#mostBytes) {
      this.#bytes -= size;
      throw tooManyQueued(queued);
    }
    this.#entries.set(id, entry);
    if (name !== undefined) this.#submissions.set(name, entry);
    this.#waiting.add(entry);
    this.#startNext();
    return { job: entry.job, isNew: true };
  }

  async find(id: string): Promise<Job | undefined> {
    this.#forget();
    return this.#entries.get(id)?.job;
  }

  async list({ owner, state, limit, cursor }: JobQuery): Promise<JobPage> {
    this.#forget();
    if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) throw strangeCursor();
    const before = Number(cursor ?? Infinity);
    const jobs: Job[] = [];
    let last = 0;
    for (const { job, order } of [...this.#entries.values()].toReversed()) {
      if (order >= before || job.owner !== owner) continue;
      if (state !== undefined && job.state !== state) continue;
      if (jobs.length === limit) return { jobs, next: String(last) };
      jobs.push(job);
      last = order;
    }
    return { jobs };
  }

  async result(id: string): Promise<Uint8Array | undefined> {
    this.#forget();
    return this.#entries.get(id)?.result;
  }

  async cancel(id: string): Promise<Job | undefined> {
    const entry = this.#entries.get(id);
    if (entry && !isFinished(entry.job)) {
      this.#finish(entry, { state: 'cancelled', finishedAt: this.#now() });
      entry.controller.abort(new ProblemError('cancelled', 'the job was cancelled'));
    }
    return entry?.job;
  }

  async counts(): Promise<ReadonlyMap<string, JobCounts>> {
    const counts = new Map<string, { queued: number; running: number }>();
    for (const entries of [this.#waiting, this.#resting, this.#running]) {
      for (const { job } of entries) {
        const count = counts.get(job.task.model) ?? { queued: 0, running: 0 };
        count[job.state === 'running' ? 'running' : 'queued']++;
        counts.set(job.task.model, count);
      }
    }
    return counts;
  }

  close(): Promise<void> {
    this.#isClosing = true;
    return (this.#closing ??= this.#finishAll());
  }

  async #finishAll(): Promise<void> {
    if (!this.#isIdle()) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    }
    for (const goOn of this.#pauses) goOn(); // what was not taken so far gets a last attempt
    await Promise.all(this.#telling);
  }

  #isIdle(): boolean {
    return this.#waiting.size + this.#running.size + this.#resting.size === 0;
  }

  #startNext(): void {
    if (this.#isIdle()) this.#whenIdle?.();
    if (!this.#run) return;
    for (const entry of this.#waiting) {
      if (this.#running.size >= this.#mostRunning) return;
      this.#waiting.delete(entry);
      this.#running.add(entry);
      void this.#attempt(entry, this.#run);
    }
  }

  async #attempt(entry: Entry, run: JobRunner): Promise<void> {
    const { signal } = entry.controller;
    try {
      using place = await this.#places?.enter(signal);
      const attempts = entry.job.attempts + 1;
      const startedAt = entry.job.startedAt ?? this.#now();
      entry.job = { ...entry.job, state: 'running', attempts, startedAt };
      const came = await attemptJob(run, entry.job.task, {
        signal,
        seconds: this.#limits.attemptSeconds,
        onProgress: (progress) => {
          if (!isFinished(entry.job)) entry.job = { ...entry.job, progress };
        },
      });
      if ('problem' in came) place?.leave('failed');
      this.#running.delete(entry);
      if (isFinished(entry.job)) return;
      const finishedAt = this.#now();
      if ('bytes' in came) {
        entry.result = came.bytes;
        entry.size += came.bytes.length;
        this.#bytes += came.bytes.length;
        this.#finish(entry, { state: 'succeeded', finishedAt });
      } else if (came.mayRetry && attempts < this.#limits.attempts) {
        this.#rest(entry, this.#limits.backoffSeconds * 2 ** (attempts - 1));
      } else {
        const { problem, cause } = came;
        this.#logger?.warn({ job: entry.job.id, attempts, error: cause }, 'job failed');
        this.#finish(entry, { state: 'failed', finishedAt, problem });
      }
    } catch {
      // Only an abort comes here, and whoever aborted has finished the job.
    } finally {
      this.#running.delete(entry);
      this.#startNext();
    }
  }

  /** Lets a job wait before its next attempt. */
  #rest(entry: Entry, seconds: number): void {
    entry.job = { ...entry.job, state: 'queued' };
    this.#resting.add(entry);
    setTimeout(() => {
      if (!this.#resting.delete(entry)) return; // cancelled meanwhile
      this.#waiting.add(entry);
      this.#startNext();
    }, seconds * 1000);
  }

  #finish(entry: Entry, outcome: JobOutcome): void {
    this.#waiting.delete(entry);
    this.#resting.delete(entry);
    entry.job = { ...entry.job, ...outcome };
    this.#logger?.info({ job: entry.job.id, state: outcome.state }, 'job ended');
    this.#finished.add(entry);
    this.#forget();
    const telling = this.#tell(entry.job, outcome).finally(() => this.#telling.delete(telling));
    this.#telling.add(telling);
    if (this.#isIdle()) this.#whenIdle?.();
  }

  /** Drops the oldest of what has ended, as long as there is too much of it or its time is over. */
  #forget(): void {
    const oldest = this.#now() - this.#limits.keptSeconds * 1000;
    for (const entry of this.#finished) {
      const isOver = (entry.job.finishedAt ?? 0) <= oldest;
      const isTooMuch = this.#finished.size > this.#limits.kept || this.#bytes > this.#mostBytes;
      if (!isOver && !isTooMuch) return;
      this.#finished.delete(entry);
      this.#entries.delete(entry.job.id);
      this.#bytes -= entry.size;
      if (entry.name !== undefined) this.#submissions.delete(entry.name);
    }
  }

  async #tell(job: Job, outcome: JobOutcome): Promise<void> {
    const { webhook } = job.task;
    if (webhook === undefined || !this.#webhooks) return;
    const message = webhookMessage({ ...job, ...outcome });
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#webhooks.send(webhook, message);
        return;
      } catch (error) {
        this.#logger?.warn({ job: job.id, attempt, error }, 'webhook was not taken');
        if (attempt === WEBHOOK_ATTEMPTS || this.#isClosing) return;
        await this.#pause(WEBHOOK_BACKOFF_SECONDS * 2 ** (attempt - 1));
      }
    }
  }

  /** Until the time is over, or the queue closes. */
  #pause(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      const goOn = (): void => {
        clearTimeout(timer);
        this.#pauses.delete(goOn);
        resolve();
      };
      const timer = setTimeout(goOn, seconds * 1000);
      this.#pauses.add(goOn);
    });
  }
}
