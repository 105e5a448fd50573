// Connections to Redis. The address may hold a password: it goes into no message and no log.
import { X509Certificate } from 'node:crypto';
import { OstinatoError } from '@ostinato/core';
import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../../app-options.js';
import { createOutages, type Outages } from './outages.js';
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

export interface RedisConnection {
  readonly redis: Redis;
  readonly outages: Outages;
}

/** For servers, which answer whether Redis is there or not: commands fail at once without it. Waits for it for a moment.
 *  @param commandMs after which a command counts as failed
 *  @throws {OstinatoError} as `redisOptions` and `firstAnswer` do */
export async function connectOrFail(
  place: RedisPlace,
  logger: Logger | undefined,
  commandMs = COMMAND_MS,
): Promise<RedisConnection> {
  const connection = connect(place, logger, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: commandMs,
  });
  try {
    await firstAnswer(connection.redis);
    return connection;
  } catch (error) {
    connection.redis.disconnect();
    throw error;
  }
}

/** For workers, which have nothing else to do than wait until Redis is there again. */
export interface PatientConnection extends RedisConnection {
  /** Drops it at once, and all that BullMQ made of it for commands that block: asked politely, these wait for a Redis
   *  that may be gone. */
  drop(): void;
}

export function connectAndWait(place: RedisPlace, logger: Logger | undefined): PatientConnection {
  const { redis, outages } = connect(place, logger, { maxRetriesPerRequest: null });
  const all = [redis];
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (override) => {
    const copy = duplicate(override);
    hearEveryError(copy);
    outages.watch(copy);
    all.push(copy);
    return copy;
  };
  return {
    redis,
    outages,
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

function connect(
  place: RedisPlace,
  logger: Logger | undefined,
  options: RedisOptions,
): RedisConnection {
  const { least, most } = RECONNECT_MS;
  const redis = new Redis({
    ...redisOptions(place),
    ...options,
    retryStrategy: (times) => Math.min(least * times, most),
  });
  hearEveryError(redis);
  return { redis, outages: createOutages(redis, logger) };
}

/** ioredis listens for one error of a socket. One of TLS may have two, when it is dropped amid the handshake and does not trust
 *  the certificate either; and what nobody hears ends the process. */
function hearEveryError(redis: Redis): void {
  redis.on('connecting', () =>
    setImmediate(() => (redis.stream as Redis['stream'] | undefined)?.on('error', () => undefined)),
  );
}
