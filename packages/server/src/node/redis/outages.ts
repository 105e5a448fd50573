// Whether a Redis can be reached: told once when it goes and once when it is back, however many connections there are to it and
// however often each of them tries.
import type { Redis } from 'ioredis';
import type { Logger } from '../../app-options.js';

export interface Outages {
  /** Watches one more connection. */
  watch(redis: Redis): void;
  /** Tells of an error of whoever works on these connections, unless it only says again what was told.
   *  @param message what it was that failed */
  report(error: Error, message: string): void;
}

/** @param isSecure whether TLS is asked for */
export function createOutages(isSecure: boolean, logger: Logger | undefined): Outages {
  const lost = new Set<Redis>();
  /** BullMQ hands on what connections throw. */
  const known = new WeakSet<Error>();
  // A Redis that wants TLS cuts a connection without it, mostly without a word.
  let hint = isSecure ? '' : '; if Redis wants TLS, use rediss://';

  const lose = (redis: Redis, error: string): void => {
    if (lost.size === 0) logger?.error({ error }, 'the queue cannot be reached');
    lost.add(redis);
  };
  return {
    watch(redis) {
      redis.on('error', (error: NodeJS.ErrnoException) => {
        known.add(error);
        lose(redis, error.code === 'ECONNRESET' ? error.message + hint : error.message);
      });
      redis.on('reconnecting', () => lose(redis, `the connection was closed${hint}`));
      redis.on('ready', () => {
        hint = '';
        if (lost.delete(redis) && lost.size === 0)
          logger?.info({}, 'the queue can be reached again');
      });
    },
    report(error, message) {
      if (lost.size === 0 && !known.has(error)) logger?.warn({ error: error.message }, message);
    },
  };
}
