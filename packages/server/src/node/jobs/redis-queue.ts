// Jobs on BullMQ: submitted here, done by workers on this machine or others. A server holds nothing of them, so that any
// number of servers may stand before one Redis.
import { type Job as BullJob, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from '../../app-options.js';
import type { Job, JobProgress, JobState } from '../../jobs/job.js';
import { modelOfJobId, newJobId } from '../../jobs/job-id.js';
import { DEFAULT_JOB_LIMITS, type JobLimits } from '../../jobs/job-limits.js';
import type {
  JobCounts,
  JobPage,
  JobQuery,
  JobQueue,
  JobSubmission,
  Submitted,
} from '../../jobs/job-queue.js';
import { tooManyQueued, usedOtherwise } from '../../jobs/refusals.js';
import { checkWebhook, type Webhooks } from '../../jobs/webhook/webhooks.js';
import { ProblemError } from '../../problem/problem.js';
import { type ResultStorage, resultName } from '../storage/result-storage.js';
import { connectOrFail, type RedisPlace } from '../redis/connection.js';
import { digest, PREFIX, setOnce } from '../redis/keys.js';
import type { Outages } from '../redis/outages.js';
import { createJobIndex } from './job-index.js';
import { createOutcomes, type Outcomes, webhookQueue } from './outcomes.js';
import { type QueuedJob, queueName } from './redis-names.js';

export interface RedisJobQueueOptions extends RedisPlace {
  /** The one that the workers write to. */
  readonly storage: ResultStorage;
  /** The names of the models that jobs may ask for. */
  readonly models: readonly string[];
  /** Default: `DEFAULT_JOB_LIMITS`. The same for servers and workers. */
  readonly limits?: Partial<JobLimits>;
  /** Where webhooks may go; the workers send them. Default: nowhere. */
  readonly webhooks?: Webhooks;
  readonly logger?: Logger;
}

/** Jobs that are looked at in one go, and for one page of a list: those of another state cost as much. */
const AT_ONCE = 25;
const MOST_SEEN = 200;

/** Connects. If Redis is not there yet, the queue answers `queue-unavailable` until it is.
 *  @throws {OstinatoError} `queue-address`, `queue-ca`; `queue-tls`, `queue-refused` if Redis is there and takes no such
 *    connection */
export async function createRedisJobQueue(options: RedisJobQueueOptions): Promise<JobQueue> {
  const { storage, models, webhooks, logger } = options;
  const limits = { ...DEFAULT_JOB_LIMITS, ...options.limits };
  const { redis, outages } = await connectOrFail(options, logger);
  const queues = new RedisQueues(redis, limits, outages);
  const outcomes = createOutcomes(redis, () => queues.webhooks(), limits.keptSeconds);
  const mostKnown = models.length * (limits.queued + limits.kept);
  const index = createJobIndex(redis, mostKnown);
  const find = async (id: string): Promise<Job | undefined> => {
    const model = modelOfJobId(id);
    if (model === undefined || !models.includes(model)) return undefined;
    const queued = await (await queues.of(model)).getJob(id);
    return queued && describe(queued, outcomes);
  };

  const submit = async ({ owner, task, idempotency }: JobSubmission): Promise<Submitted> => {
    checkWebhook(webhooks, task.webhook);
    const queue = await queues.of(task.model);
    let id = newJobId(task.model);
    let submittedAt = Date.now();
    if (idempotency) {
      const { key, fingerprint } = idempotency;
      const name = await digest(`${owner ?? ''}\n${key}`);
      const named = { id, submittedAt, fingerprint };
      const place = `${PREFIX}:idempotency:${name}`;
      const first = await setOnce(redis, place, named, limits.keptSeconds);
      if (first.fingerprint !== fingerprint) throw usedOtherwise();
      ({ id, submittedAt } = first);
      const earlier = await find(id);
      if (earlier) {
        await index.add(earlier); // whoever submitted it may not have come so far
        return { job: earlier, isNew: false };
      }
    }
    const { waiting = 0, delayed = 0 } = await queue.getJobCounts('waiting', 'delayed');
    if (waiting + delayed >= limits.queued) throw tooManyQueued(waiting + delayed);
    // Whoever comes twice at once finds one job: an id that is there already adds nothing.
    const data = { task, ...(owner !== undefined && { owner }) };
    await queue.add(task.kind, data, { jobId: id, timestamp: submittedAt });
    const job: Job = { id, owner, task, state: 'queued', attempts: 0, submittedAt };
    await index.add(job);
    return { job, isNew: true };
  };

  const list = async ({ owner, state, limit, cursor }: JobQuery): Promise<JobPage> => {
    const jobs: Job[] = [];
    let next = cursor;
    for (let seen = 0; seen < MOST_SEEN; seen += AT_ONCE) {
      const entries = await index.newest(owner, AT_ONCE, next);
      const found = await Promise.all(entries.map(({ id }) => find(id)));
      const isKnown = ({ id }: { id: string }) => models.includes(modelOfJobId(id) ?? '');
      await index.remove(
        owner,
        entries.filter((entry, i) => !found[i] && isKnown(entry)),
      );
      for (const [i, { cursor: here }] of entries.entries()) {
        const job = found[i];
        if (job && (state === undefined || job.state === state)) jobs.push(job);
        next = here;
        if (jobs.length === limit) return { jobs, next };
      }
      if (entries.length < AT_ONCE) return { jobs };
    }
    return { jobs, ...(next !== undefined && { next }) };
  };

  const cancel = async (id: string): Promise<Job | undefined> => {
    const job = await find(id);
    if (!job) return undefined;
    const outcome = await outcomes.settle(job, { state: 'cancelled', finishedAt: Date.now() });
    return { ...job, ...outcome };
  };

  const counts = async (): Promise<ReadonlyMap<string, JobCounts>> => {
    const entries = models.map(async (model): Promise<[string, JobCounts]> => {
      const queue = await queues.of(model);
      const {
        waiting = 0,
        delayed = 0,
        active = 0,
      } = await queue.getJobCounts('waiting', 'delayed', 'active');
      return [model, { queued: waiting + delayed, running: active }];
    });
    return new Map(await Promise.all(entries));
  };

  const close = async (): Promise<void> => {
    await queues.close();
    redis.disconnect();
  };
  // ioredis holds the process for two seconds when what is disconnected is disconnected again.
  let closing: Promise<void> | undefined;

  return {
    submit: (submission) => reaching(outages, () => submit(submission)),
    find: (id) => reaching(outages, () => find(id)),
    list: (query) => reaching(outages, () => list(query)),
    result: (id) => reaching(outages, () => storage.get(resultName(id))),
    cancel: (id) => reaching(outages, () => cancel(id)),
    counts: () => reaching(outages, counts),
    close: () => (closing ??= close()),
  };
}

/** BullMQ's queues on one connection, made when they are first needed and Redis is there: one that is made without it
 *  would never come to life. */
class RedisQueues {
  readonly #redis: Redis;
  readonly #limits: JobLimits;
  readonly #outages: Outages;
  readonly #jobs = new Map<string, Promise<Queue<QueuedJob>>>();
  #webhooks: Promise<ReturnType<typeof webhookQueue>> | undefined;

  constructor(redis: Redis, limits: JobLimits, outages: Outages) {
    this.#redis = redis;
    this.#limits = limits;
    this.#outages = outages;
  }

  of(model: string): Promise<Queue<QueuedJob>> {
    const { attempts, backoffSeconds, keptSeconds, kept } = this.#limits;
    const found = this.#jobs.get(model);
    if (found) return found;
    const made = this.#ready(
      () =>
        new Queue<QueuedJob>(queueName(model), {
          connection: this.#redis,
          prefix: PREFIX,
          defaultJobOptions: {
            attempts,
            backoff: { type: 'exponential', delay: backoffSeconds * 1000 },
            removeOnComplete: { age: keptSeconds, count: kept },
            removeOnFail: { age: keptSeconds, count: kept },
          },
        }),
    );
    this.#jobs.set(model, made);
    made.catch(() => this.#jobs.delete(model));
    return made;
  }

  webhooks(): Promise<ReturnType<typeof webhookQueue>> {
    this.#webhooks ??= this.#ready(() => webhookQueue(this.#redis, this.#limits.keptSeconds));
    this.#webhooks.catch(() => (this.#webhooks = undefined));
    return this.#webhooks;
  }

  async close(): Promise<void> {
    const made = [...this.#jobs.values(), ...(this.#webhooks ? [this.#webhooks] : [])];
    await Promise.allSettled(made.map(async (queue) => (await queue).close()));
  }

  async #ready<Q extends Queue>(make: () => Q): Promise<Q> {
    if (this.#redis.status !== 'ready') throw new Error(`Redis: ${this.#redis.status}`);
    const queue = make();
    queue.on('error', (error) => this.#outages.report(error, 'queue'));
    try {
      await queue.waitUntilReady();
      return queue;
    } catch (error) {
      await queue.close().catch(() => undefined);
      throw error;
    }
  }
}

async function describe(queued: BullJob<QueuedJob>, outcomes: Outcomes): Promise<Job | undefined> {
  const { id = '', data, timestamp, processedOn, attemptsStarted, progress } = queued;
  const [state, outcome] = await Promise.all([queued.getState(), outcomes.find(id)]);
  const job: Job = {
    id,
    owner: data.owner,
    task: data.task,
    state: STATES[state] ?? 'queued',
    attempts: attemptsStarted,
    submittedAt: timestamp,
    ...(processedOn !== undefined && { startedAt: processedOn }),
    ...(isProgress(progress) && { progress }),
  };
  if (outcome) return { ...job, ...outcome };
  if (state === 'completed' || state === 'unknown') return undefined; // forgotten just now
  if (state !== 'failed') return job;
  // BullMQ gave it up without us: the storage or Redis failed again and again.
  const problem = { code: 'internal', detail: 'the job could not be finished' } as const;
  return { ...job, problem, finishedAt: queued.finishedOn ?? timestamp };
}

const STATES: Readonly<Record<string, JobState>> = { active: 'running', failed: 'failed' };

function isProgress(progress: unknown): progress is JobProgress {
  return typeof progress === 'object' && progress !== null && 'notes' in progress;
}

/** What Redis or the storage refuse is the server's trouble, not the client's. */
async function reaching<T>(outages: Outages, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    outages.report(error as Error, 'the queue cannot be used');
    throw new ProblemError('queue-unavailable', 'jobs cannot be reached now; try again', {
      headers: { 'retry-after': '5' },
      cause: error,
    });
  }
}
