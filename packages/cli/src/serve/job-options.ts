// Where jobs wait and their results lie: the same options for servers and workers.
import { OstinatoError } from '@ostinato/core';
import { type JobQueue, type Logger, MemoryJobQueue, type Webhooks } from '@ostinato/server';
import { createWebhooks, openStorage, type ResultStorage } from '@ostinato/server/node';
import type { RedisPlace, SharedCounts } from '@ostinato/server/redis';
import type { Command } from 'commander';
import { InputError, readTextFile } from '../input-file.js';
import { list, path } from '../option-parsers.js';

export interface JobArguments {
  queue?: string;
  queueCa?: string;
  results?: string;
  webhookHosts?: string[];
}

/** An address with a password is better kept out of the list of processes. */
const QUEUE_VARIABLE = 'OSTINATO_QUEUE';
const SECRET_VARIABLE = 'OSTINATO_WEBHOOK_SECRET';

export function addJobOptions(command: Command): Command {
  return command
    .option(
      '--queue <redis://…>',
      `where jobs wait for workers, rediss:// for TLS; ${QUEUE_VARIABLE} may hold it`,
      path,
    )
    .option(
      '--queue-ca <FILE>',
      'of rediss://: certificates (PEM) of the authorities to trust; NODE_EXTRA_CA_CERTS adds some to the usual ones',
      path,
    )
    .option(
      '--results <DIR|s3://…>',
      'where workers leave results: a folder that all share, or s3://bucket/prefix',
      path,
    )
    .option(
      '--webhook-hosts <HOSTS>',
      `where the end of a job may be told: example.org,*.example.net; ${SECRET_VARIABLE} holds the secret`,
      list,
    );
}

export interface SharedJobs extends RedisPlace {
  readonly storage: ResultStorage;
}

/** @returns undefined where no queue was named
 *  @throws {OstinatoError} if one of the two is missing, or cannot be used */
export async function openSharedJobs({
  queue,
  queueCa,
  results,
}: JobArguments): Promise<SharedJobs | undefined> {
  const address = queue ?? process.env[QUEUE_VARIABLE];
  if (address === undefined) {
    const option = results === undefined ? queueCa && '--queue-ca' : '--results';
    if (!option) return undefined;
    throw new InputError('no-queue', `option ${option}: needs a --queue (or ${QUEUE_VARIABLE})`);
  }
  if (results === undefined) {
    throw new InputError('no-results', 'option --queue: needs --results, a folder or s3://bucket');
  }
  const ca = queueCa === undefined ? undefined : await readTextFile(queueCa);
  return { address, ca, storage: await openStorage(results) };
}

/** @returns undefined where no hosts were named
 *  @throws {OstinatoError} if there is no secret, or a bad one */
export function openWebhooks({ webhookHosts: hosts }: JobArguments): Webhooks | undefined {
  if (!hosts) return undefined;
  const secret = process.env[SECRET_VARIABLE];
  if (secret !== undefined) return createWebhooks({ hosts, secret });
  throw new OstinatoError(
    'no-webhook-secret',
    `option --webhook-hosts: ${SECRET_VARIABLE} is not set (\`echo whsec_$(openssl rand -base64 32)\` makes one)`,
  );
}

/** A fifth of a server's start: only for those who asked for a Redis. */
const loadRedis = () => import('@ostinato/server/redis');

/** The jobs of a server: on Redis where a queue was named, else in its memory. */
export async function openJobQueue(
  shared: SharedJobs | undefined,
  webhooks: Webhooks | undefined,
  models: readonly string[],
  logger: Logger,
): Promise<JobQueue> {
  const given = { logger, ...(webhooks && { webhooks }) };
  if (!shared) return new MemoryJobQueue(given);
  const { createRedisJobQueue } = await loadRedis();
  return createRedisJobQueue({ ...shared, ...given, models });
}

/** Counts of requests that all servers on one Redis share. */
export async function openSharedCounts(place: RedisPlace, logger: Logger): Promise<SharedCounts> {
  const { SharedCounts } = await loadRedis();
  return SharedCounts.open({ ...place, logger });
}
