// How jobs end. Several processes may want to end one (attempts of workers that lost sight of each other, a client that
// cancels): the first word counts, and everybody else takes it over.
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Job, JobOutcome } from '../../jobs/job.js';
import {
  WEBHOOK_ATTEMPTS,
  WEBHOOK_BACKOFF_SECONDS,
  webhookMessage,
  type WebhookMessage,
} from '../../jobs/webhook/webhooks.js';
import { PREFIX, read, setOnce } from '../redis/keys.js';
import { WEBHOOK_QUEUE } from './redis-names.js';

/** A message as BullMQ keeps it. */
export interface QueuedWebhook {
  readonly address: string;
  readonly message: WebhookMessage;
}

export interface Outcomes {
  /** @returns undefined if the job has not ended */
  find(jobId: string): Promise<JobOutcome | undefined>;
  /** Ends a job, and has it told where the job asks for that. May be repeated: a job ends once and is told of once.
   *  @returns how it ended, whoever said so first */
  settle(job: Pick<Job, 'id' | 'task'>, outcome: JobOutcome): Promise<JobOutcome>;
}

/** @param webhooks the queue of messages */
export function createOutcomes(
  redis: Redis,
  webhooks: () => Promise<Queue<QueuedWebhook>>,
  keptSeconds: number,
): Outcomes {
  const keyOf = (jobId: string): string => `${PREFIX}:outcome:${jobId}`;
  return {
    find: (jobId) => read<JobOutcome>(redis, keyOf(jobId)),
    async settle({ id, task }, outcome) {
      const settled = await setOnce(redis, keyOf(id), outcome, keptSeconds);
      if (task.webhook !== undefined) {
        const message = webhookMessage({ id, task, ...settled });
        const data = { address: task.webhook, message };
        // An id that is there already adds nothing.
        await (await webhooks()).add(settled.state, data, { jobId: id });
      }
      return settled;
    },
  };
}

export function webhookQueue(redis: Redis, keptSeconds: number): Queue<QueuedWebhook> {
  return new Queue<QueuedWebhook>(WEBHOOK_QUEUE, {
    connection: redis,
    prefix: PREFIX,
    defaultJobOptions: {
      attempts: WEBHOOK_ATTEMPTS,
      backoff: { type: 'exponential', delay: WEBHOOK_BACKOFF_SECONDS * 1000 },
      removeOnComplete: { age: keptSeconds, count: 10_000 },
      removeOnFail: { age: keptSeconds, count: 10_000 },
    },
  });
}
