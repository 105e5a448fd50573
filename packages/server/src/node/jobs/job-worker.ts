// Takes jobs from Redis and does them: any number of such workers, on any number of machines. What a worker that was killed
// had begun, another takes up, and the seed makes its attempt give the same bytes.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Job as BullJob, WaitingError, Worker } from 'bullmq';
import type { Logger } from '../../app-options.js';
import { attemptJob, type AttemptResult } from '../../jobs/attempt.js';
import type { JobOutcome, JobProgress } from '../../jobs/job.js';
import { DEFAULT_JOB_LIMITS, type JobLimits } from '../../jobs/job-limits.js';
import type { JobRunner } from '../../jobs/job-queue.js';
import type { Webhooks } from '../../jobs/webhook/webhooks.js';
import { type ResultStorage, resultName } from '../storage/result-storage.js';
import { connectAndWait, firstAnswer, type RedisPlace } from '../redis/connection.js';
import { PREFIX } from '../redis/keys.js';
import { createOutcomes, type Outcomes, webhookQueue } from './outcomes.js';
import { type QueuedJob, queueName } from './redis-names.js';
import { createWebhookWorker } from './webhook-worker.js';

export interface JobWorkerOptions extends RedisPlace {
  /** Where results are written. */
  readonly storage: ResultStorage;
  /** The names of the models that this worker has: it takes jobs of no others. */
  readonly models: readonly string[];
  readonly run: JobRunner;
  /** Jobs of one model at work at a time. Default 8. */
  readonly concurrency?: number;
  /** Default: `DEFAULT_JOB_LIMITS`. The same for servers and workers. */
  readonly limits?: Partial<JobLimits>;
  /** How webhooks are sent. Default: this worker sends none. */
  readonly webhooks?: Webhooks;
  readonly logger?: Logger;
  /** After so many seconds without a sign of life a worker counts as dead, and its jobs as free. Default 30. */
  readonly lockSeconds?: number;
}

/** `cancelled`: by a client, or because another worker was first. `again`: the attempt failed, and there will be another. */
type AttemptEnd = 'succeeded' | 'failed' | 'cancelled' | 'again' | 'given-back';

export interface JobWorker {
  /** Resolved when jobs can be taken.
   *  @throws {OstinatoError} `queue-tls`, `queue-refused` if Redis is there and takes no such connection */
  readonly ready: Promise<void>;
  /** Whether Redis can be reached. */
  isConnected(): boolean;
  /** Jobs at work. */
  running(): number;
  /** What became of its attempts so far. */
  readonly attempts: Readonly<Record<AttemptEnd, number>>;
  /** Takes no more jobs, finishes those at work, and gives back what is not done in time: another worker does it.
   *  @param seconds for what is at work */
  close(seconds: number): Promise<void>;
}

/** How often cancelled jobs are looked for and progress is told. */
const LOOK_MS = 500;
/** For giving back what is not done, after the time for doing it. */
const GIVE_BACK_MS = 2_000;
/** How often results are looked through for those whose time is over. */
const SWEEP_MS = 3_600_000;
/** Workers that may die or give back one job: a job that kills its workers must not do so for ever. */
const MOST_LOST_WORKERS = 10;

interface Work {
  readonly queued: BullJob<QueuedJob>;
  readonly controller: AbortController;
  progress?: JobProgress;
  told?: JobProgress;
}

class GivenBack extends Error {}
class Settled extends Error {}

/** @throws {OstinatoError} `queue-address`, `queue-ca` */
export function startJobWorker(options: JobWorkerOptions): JobWorker {
  const { models, concurrency = 8, logger, lockSeconds = 30, webhooks } = options;
  const limits = { ...DEFAULT_JOB_LIMITS, ...options.limits };
  const connection = connectAndWait(options, logger);
  const answered = firstAnswer(connection.redis);
  const { redis, outages } = connection;
  const messages = webhookQueue(redis, limits.keptSeconds);
  messages.on('error', (error) => outages.report(error, 'queue'));
  const outcomes = createOutcomes(redis, async () => messages, limits.keptSeconds);
  const works = new Map<string, Work>();
  const attempts = new Attempts({ ...options, limits, outcomes, works });
  const shared = {
    connection: redis,
    prefix: PREFIX,
    lockDuration: lockSeconds * 1000,
    stalledInterval: lockSeconds * 1000,
    maxStalledCount: Number.MAX_SAFE_INTEGER, // `MOST_LOST_WORKERS` ends it, so that the end is told
  };
  const workers: Worker[] = models.map(
    (model) =>
      new Worker<QueuedJob>(queueName(model), (job, token) => attempts.process(job, token), {
        ...shared,
        concurrency,
      }),
  );
  if (webhooks) workers.push(createWebhookWorker(webhooks, shared, logger));
  for (const worker of workers) {
    worker.on('error', (error) => outages.report(error, 'queue'));
    worker.on('stalled', (job) => logger?.warn({ job }, 'taken up again: its worker went silent'));
  }
  const watch = watchWorks(works, outcomes, logger);
  const sweep = (): void => void sweepResults(options.storage, limits, logger);
  const sweeping = setInterval(sweep, SWEEP_MS);
  sweep();

  const close = async (seconds: number): Promise<void> => {
    clearInterval(sweeping);
    const giveBack = setTimeout(() => {
      for (const { controller } of works.values()) controller.abort(new GivenBack());
    }, seconds * 1000);
    // Without Redis nothing can be given back: it will count as silent. Without work too there is nothing to wait for.
    const isNeeded = works.size > 0 || redis.status === 'ready';
    const most = isNeeded ? seconds * 1000 + GIVE_BACK_MS : 0;
    const patience = sleep(most, undefined, { ref: false });
    await Promise.race([Promise.allSettled(workers.map((worker) => worker.close())), patience]);
    clearTimeout(giveBack);
    watch.stop();
    connection.drop();
  };
  const all = workers.map((worker) => worker.waitUntilReady());
  const ready = Promise.all([answered, ...all]).then(() => undefined);
  ready.catch(() => undefined); // closed before: nobody needs to wait for it
  let closing: Promise<void> | undefined;
  return {
    ready,
    isConnected: () => redis.status === 'ready',
    running: () => works.size,
    attempts: attempts.ends,
    close: (seconds) => (closing ??= close(seconds)),
  };
}

interface AttemptsOptions extends JobWorkerOptions {
  readonly limits: JobLimits;
  readonly outcomes: Outcomes;
  readonly works: Map<string, Work>;
}

/** What becomes of each attempt. */
class Attempts {
  readonly ends = { succeeded: 0, failed: 0, cancelled: 0, again: 0, 'given-back': 0 };
  readonly #options: AttemptsOptions;

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  /** BullMQ counts a job as done when this returns, tries it again when it throws. */
  async process(queued: BullJob<QueuedJob>, token: string | undefined): Promise<void> {
    const { outcomes, works, logger } = this.#options;
    const id = queued.id ?? '';
    const job = { id, task: queued.data.task };
    const earlier = await outcomes.find(id);
    if (earlier) {
      await outcomes.settle(job, earlier); // whoever ended it may have died before it was told
      return;
    }
    if (queued.attemptsStarted - queued.attemptsMade > MOST_LOST_WORKERS) {
      const detail = 'the workers that began it were lost each time';
      await this.#settle(job, { state: 'failed', problem: { code: 'internal', detail } });
      return;
    }
    const work: Work = { queued, controller: new AbortController() };
    works.set(id, work);
    try {
      await this.#conclude(job, queued, await this.#attempt(work));
      await dropPiece(queued);
    } catch (error) {
      const { reason } = work.controller.signal;
      if (reason instanceof Settled) {
        this.ends.cancelled++;
        return;
      }
      if (!(reason instanceof GivenBack)) {
        this.ends.again++;
        throw error;
      }
      this.ends['given-back']++;
      logger?.info({ job: id }, 'job given back');
      await queued.moveToWait(token);
      throw new WaitingError();
    } finally {
      works.delete(id);
    }
  }

  #attempt(work: Work): Promise<AttemptResult> {
    const { run, limits, storage } = this.#options;
    const { queued, controller } = work;
    const runAndKeep: JobRunner = async (task, options) => {
      const bytes = await run(task, options);
      options.signal.throwIfAborted();
      await storage.put(resultName(queued.id ?? ''), bytes);
      return bytes;
    };
    return attemptJob(runAndKeep, queued.data.task, {
      signal: controller.signal,
      seconds: limits.attemptSeconds,
      onProgress: (progress) => (work.progress = progress),
    });
  }

  async #conclude(
    job: Parameters<Outcomes['settle']>[0],
    { attemptsMade }: BullJob<QueuedJob>,
    came: AttemptResult,
  ): Promise<void> {
    const { limits, logger, storage } = this.#options;
    if ('bytes' in came) {
      const outcome = await this.#settle(job, { state: 'succeeded' });
      if (outcome.state !== 'succeeded') await storage.remove(resultName(job.id));
      return;
    }
    const { problem, mayRetry, cause } = came;
    const attempt = attemptsMade + 1;
    logger?.warn({ job: job.id, attempt, problem, error: cause }, 'attempt failed');
    if (mayRetry && attempt < limits.attempts) throw new Error(problem.code);
    await this.#settle(job, { state: 'failed', problem });
  }

  async #settle(
    job: Parameters<Outcomes['settle']>[0],
    end: Omit<JobOutcome, 'finishedAt'>,
  ): Promise<JobOutcome> {
    const { outcomes, logger } = this.#options;
    const outcome = await outcomes.settle(job, { ...end, finishedAt: Date.now() });
    this.ends[outcome.state]++;
    logger?.info({ job: job.id, state: outcome.state }, 'job ended');
    return outcome;
  }
}

/** A piece that was given may be long, and nobody needs it any more. */
async function dropPiece(queued: BullJob<QueuedJob>): Promise<void> {
  const { task } = queued.data;
  if (!task.given) return;
  const given = { ...task.given, tokens: [] };
  await queued.updateData({ ...queued.data, task: { ...task, given } });
}

/** Tells how far jobs are, and stops those that somebody else has ended. */
function watchWorks(
  works: ReadonlyMap<string, Work>,
  outcomes: Outcomes,
  logger: Logger | undefined,
): { stop(): void } {
  let timer: NodeJS.Timeout;
  const look = async (): Promise<void> => {
    try {
      for (const [id, work] of works) {
        if (await outcomes.find(id)) work.controller.abort(new Settled());
        if (work.progress === undefined || work.progress === work.told) continue;
        work.told = work.progress;
        await work.queued.updateProgress(work.progress);
      }
    } catch (error) {
      logger?.warn({ error: (error as Error).message }, 'progress could not be told');
    }
    timer = setTimeout(() => void look(), LOOK_MS);
  };
  timer = setTimeout(() => void look(), LOOK_MS);
  return { stop: () => clearTimeout(timer) };
}

/** An outcome is written after its result, so that results live at least as long. */
async function sweepResults(
  storage: ResultStorage,
  { keptSeconds, attemptSeconds }: JobLimits,
  logger: Logger | undefined,
): Promise<void> {
  try {
    await storage.removeOlderThan(Date.now() - (2 * keptSeconds + attemptSeconds) * 1000);
  } catch (error) {
    logger?.warn({ error: (error as Error).message }, 'old results could not be removed');
  }
}
