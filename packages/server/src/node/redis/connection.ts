// Connections to Redis. The address may hold a password: it goes into no message and no log.
import { X509Certificate } from 'node:crypto';
import { OstinatoError } from '@ostinato/core';
import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../../app-options.js';
import { noTls, refusalOf } from './refusal.js';

/** Where a Redis is. */
export interface RedisPlace {
  /** `redis://` or `rediss://`. It may hold a password, and is never told. */
  readonly address: string;
  /** Of `rediss://`: the certificates, in PEM, of the authorities that are trusted. Default: those that Node trusts, which
   *  `NODE_EXTRA_CA_CERTS` adds to. */
  readonly ca?: string | undefined;
}

/** @throws {OstinatoError} `queue-address`, `queue-ca` */
export function redisOptions({ address, ca }: RedisPlace): RedisOptions {
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
  const isSecure = url.protocol === 'rediss:';
  if (ca !== undefined) checkAuthorities(ca, isSecure);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    db: Number(database || 0),
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    ...(isSecure && { tls: ca === undefined ? {} : { ca } }),
  };
}

function checkAuthorities(ca: string, isSecure: boolean): void {
  if (!isSecure) {
    const detail = 'queue: certificates of authorities are for rediss:// only, found redis://';
    throw new OstinatoError('queue-ca', detail);
  }
  try {
    void new X509Certificate(ca);
  } catch (cause) {
    const detail = 'queue: expected certificates of authorities in PEM, found something else';
    throw new OstinatoError('queue-ca', detail, { cause });
  }
}

/** Milliseconds between two tries to connect again. */
const RECONNECT_MS = { least: 200, most: 5_000 };
const COMMAND_MS = 3_000;
/** How long the first connection is waited for. */
const FIRST_CONNECTION_MS = 3_000;

/** For servers, which answer whether Redis is there or not: commands fail at once without it. Waits for it for a moment.
 *  @param commandMs after which a command counts as failed
 *  @throws {OstinatoError} as `redisOptions` and `firstAnswer` do */
export async function connectOrFail(
  place: RedisPlace,
  logger: Logger | undefined,
  commandMs = COMMAND_MS,
): Promise<Redis> {
  const options: RedisOptions = {
    ...redisOptions(place),
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: commandMs,
  };
  const redis = connect(options, logger);
  try {
    await firstAnswer(redis);
    return redis;
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}

/** For workers, which have nothing else to do than wait until Redis is there again. */
export interface PatientConnection {
  readonly redis: Redis;
  /** Drops it at once, and all that BullMQ made of it for commands that block: asked politely, these wait for a Redis
   *  that may be gone. */
  drop(): void;
}

export function connectAndWait(place: RedisPlace, logger: Logger | undefined): PatientConnection {
  const redis = connect({ ...redisOptions(place), maxRetriesPerRequest: null }, logger);
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

/** Waits for a moment until a new connection stands, or is found to be of no use.
 *  @returns also where there is no Redis at all: it may come later
 *  @throws {OstinatoError} `queue-tls`, `queue-refused` */
export function firstAnswer(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve();
  const isSecure = redis.options.tls !== undefined;
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      redis.off('ready', settle);
      redis.off('error', settle);
      const refusal = error && refusalOf(error, isSecure);
      if (refusal) reject(refusal);
      else resolve();
    };
    const timer = setTimeout(
      () => settle(isSecure && isGreetedInVain(redis) ? noTls('no answer to it') : undefined),
      FIRST_CONNECTION_MS,
    );
    redis.on('ready', settle);
    redis.on('error', settle);
  });
}

/** Whether somebody is there who does not speak TLS: a Redis without it waits for the rest of a command. */
function isGreetedInVain({ stream }: Redis): boolean {
  const { connecting, secureConnecting } = stream as {
    connecting: boolean;
    secureConnecting?: boolean;
  };
  return !connecting && secureConnecting === true;
}

function connect(options: RedisOptions, logger: Logger | undefined): Redis {
  const all: RedisOptions = {
    ...options,
    retryStrategy: (times) => Math.min(RECONNECT_MS.least * times, RECONNECT_MS.most),
  };
  const redis = new Redis(all);
  // The first error of a row is told, and the end of the row: not one line for every try.
  let isLost = false;
  // A Redis that wants TLS cuts a connection without it, mostly without a word.
  let hint = options.tls ? '' : '; if Redis wants TLS, use rediss://';
  const lose = (error: string): void => {
    if (!isLost) logger?.error({ error }, 'the queue cannot be reached');
    isLost = true;
  };
  redis.on('error', (error: NodeJS.ErrnoException) =>
    lose(error.code === 'ECONNRESET' ? error.message + hint : error.message),
  );
  redis.on('reconnecting', () => lose(`the connection was closed${hint}`));
  redis.on('ready', () => {
    if (isLost) logger?.info({}, 'the queue can be reached again');
    isLost = false;
    hint = '';
  });
  return redis;
}
