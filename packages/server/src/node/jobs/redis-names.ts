// What queues are called in Redis: jobs wait in `ostinato:jobs-<model>:wait`, which autoscalers read.
import type { JobTask } from '../../jobs/job.js';

export const WEBHOOK_QUEUE = 'webhooks';

export function queueName(model: string): string {
  return `jobs-${model}`;
}

/** A job as BullMQ keeps it. */
export interface QueuedJob {
  readonly owner?: string;
  readonly task: JobTask;
}
