// Sends what jobs have to tell, again and again with growing waits until it is taken.
import { UnrecoverableError, Worker, type WorkerOptions } from 'bullmq';
import type { Logger } from '../../app-options.js';
import type { Webhooks } from '../../jobs/webhook/webhooks.js';
import type { QueuedWebhook } from './outcomes.js';
import { WEBHOOK_QUEUE } from './redis-names.js';

const CONCURRENCY = 16;

export function createWebhookWorker(
  webhooks: Webhooks,
  options: WorkerOptions,
  logger: Logger | undefined,
): Worker<QueuedWebhook> {
  const worker = new Worker<QueuedWebhook>(
    WEBHOOK_QUEUE,
    async ({ data: { address, message } }) => {
      try {
        webhooks.check(address); // this worker may allow less than the server did
      } catch (error) {
        throw new UnrecoverableError((error as Error).message);
      }
      await webhooks.send(address, message);
    },
    { ...options, concurrency: CONCURRENCY },
  );
  worker.on('failed', (message, error) => {
    const { id: job, attemptsMade: attempt } = message ?? {};
    logger?.warn({ job, attempt, error: error.message }, 'webhook was not taken');
  });
  return worker;
}
