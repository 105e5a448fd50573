// Connections to Redis. The address may hold a password: it goes into no message and no log.
import { OstinatoError } from '@ostinato/core';
import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../../app-options.js';

/** @param address `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS
 *  @throws {OstinatoError} `queue-address` */
export function readRedisAddress(address: string): RedisOptions {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const database = url?.pathname.replace(/^\//, '') ?? '';
  if (
    !url ||
    !['redis:', 'rediss:'].includes(url.protocol) ||
    url.hostname === '' ||
    !/^\d{0,4}$/.test(database)
  ) {
    // The address itself is not told: a typing error does not make its password known.
    const expected = 'redis://[user:password@]host[:port][/database], or rediss:// for TLS';
    throw new OstinatoError('queue-address', `queue: expected ${expected}, found something else`);
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    db: Number(database || 0),
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    ...(url.protocol === 'rediss:' && { tls: {} }),
  };
}

/** Milliseconds between two tries to connect again. */
const RECONNECT_MS = { least: 200, most: 5_000 };
const COMMAND_MS = 3_000;

/** For servers, which answer whether Redis is there or not: commands fail at once without it. */
export function connectOrFail(options: RedisOptions, logger: Logger | undefined): Redis {
  return connect(
    {
      ...options,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      commandTimeout: COMMAND_MS,
    },
    logger,
  );
}

/** For workers, which have nothing else to do than wait until Redis is there again. */
export interface PatientConnection {
  readonly redis: Redis;
  /** Drops it at once, and all that BullMQ made of it for commands that block: asked politely, these wait for a Redis
   *  that may be gone. */
  drop(): void;
}

export function connectAndWait(
  options: RedisOptions,
  logger: Logger | undefined,
): PatientConnection {
  const redis = connect({ ...options, maxRetriesPerRequest: null }, logger);
  const all = [redis];
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (override) => {
    const copy = duplicate(override);
    all.push(copy);
    return copy;
  };
  return {
    redis,
    drop: () => {
      for (const each of all) each.disconnect();
    },
  };
}

function connect(options: RedisOptions, logger: Logger | undefined): Redis {
  const all: RedisOptions = {
    ...options,
    retryStrategy: (times) => Math.min(RECONNECT_MS.least * times, RECONNECT_MS.most),
  };
  const redis = new Redis(all);
  // The first error of a row is told, and the end of the row: not one line for every try.
  let isLost = false;
  redis.on('error', (error) => {
    if (isLost) return;
    isLost = true;
    logger?.error({ error: error.message }, 'the queue cannot be reached');
  });
  redis.on('ready', () => {
    if (isLost) logger?.info({}, 'the queue can be reached again');
    isLost = false;
  });
  return redis;
}
