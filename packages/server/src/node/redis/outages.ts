// Whether a Redis can be reached: told once when it goes and once when it is back, however many connections there are to it and
// however often each of them tries.
import type { Redis } from 'ioredis';
import type { Logger } from '../../app-options.js';

export interface Outages {
  /** Watches one more connection. */
  watch(redis: Redis): void;
  /** Tells of an error of whoever works on these connections. While one of them is lost nothing is told: BullMQ hands on
   *  what each connection throws at each try.
   *  @param message what it was that failed */
  report(error: Error, message: string): void;
}

/** Of ioredis, for `commandTimeout`: the connection stands, and nothing comes. */
const NO_ANSWER = 'Command timed out';
/** Between two questions whether a Redis that fell silent answers again. */
const ASK_AGAIN_MS = 1_000;

/** @param redis the first connection */
export function createOutages(redis: Redis, logger: Logger | undefined): Outages {
  const lost = new Set<Redis | 'silent'>();
  // A Redis that wants TLS cuts a connection without it, mostly without a word.
  let hint = redis.options.tls ? '' : '; if Redis wants TLS, use rediss://';

  const lose = (what: Redis | 'silent', error: string): void => {
    if (lost.size === 0) logger?.error({ error }, 'the queue cannot be reached');
    lost.add(what);
  };
  const regain = (what: Redis | 'silent'): void => {
    if (lost.delete(what) && lost.size === 0) logger?.info({}, 'the queue can be reached again');
  };
  const ask = (): void => {
    redis.ping().then(
      () => regain('silent'),
      () => redis.status !== 'end' && setTimeout(ask, ASK_AGAIN_MS).unref(),
    );
  };
  const watch = (each: Redis): void => {
    each.on('error', (error: NodeJS.ErrnoException) =>
      lose(each, error.code === 'ECONNRESET' ? error.message + hint : error.message),
    );
    each.on('reconnecting', () => lose(each, `the connection was closed${hint}`));
    each.on('ready', () => {
      hint = '';
      regain(each);
    });
  };
  watch(redis);
  return {
    watch,
    report(error, message) {
      if (error.message === NO_ANSWER) {
        const isNew = !lost.has('silent');
        lose('silent', 'it gives no answer');
        if (isNew) ask();
      } else if (lost.size === 0) {
        logger?.warn({ error: error.message }, message);
      }
    },
  };
}
