// Telling somebody else's server that a job has ended, as https://www.standardwebhooks.com has it.
import { ProblemError } from '../../problem/problem.js';
import type { Job, JobOutcome } from '../job.js';

export interface WebhookMessage {
  /** The same in every attempt: whoever gets a message twice knows it by this. */
  readonly id: string;
  /** JSON; small: the result is fetched. */
  readonly body: string;
}

/** How webhooks leave this machine, and where they may go. */
export interface Webhooks {
  /** @throws {ProblemError} `invalid-request` if nothing is sent to such an address */
  check(address: string): void;
  /** One attempt.
   *  @throws if the receiver did not take it */
  send(address: string, message: WebhookMessage): Promise<void>;
}

/** Attempts at a message, and the wait before the second; each further wait is twice as long: 85 minutes in all. */
export const WEBHOOK_ATTEMPTS = 10;
export const WEBHOOK_BACKOFF_SECONDS = 10;

/** @throws {ProblemError} `invalid-request` if the address is not allowed, or this server sends none */
export function checkWebhook(webhooks: Webhooks | undefined, address: string | undefined): void {
  if (address === undefined) return;
  if (webhooks) return webhooks.check(address);
  throw new ProblemError('invalid-request', 'webhook: this server sends none; ask for the job');
}

/** What is told of a job that has ended. */
export function webhookMessage({
  id,
  task,
  state,
  finishedAt,
  problem,
}: Pick<Job, 'id' | 'task'> & JobOutcome): WebhookMessage {
  const data = { id, kind: task.kind, model: task.model, state, ...(problem && { problem }) };
  const timestamp = new Date(finishedAt).toISOString();
  return { id, body: JSON.stringify({ type: `job.${state}`, timestamp, data }) };
}
