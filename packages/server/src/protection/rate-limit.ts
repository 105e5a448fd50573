// So many requests in a window, for each key, and for each address without one.
import type { Context, MiddlewareHandler } from 'hono';
import { rateLimiter } from 'hono-rate-limiter';
import type { AppEnv } from '../app-env.js';
import { ProblemError } from '../problem/problem.js';
import type { RateLimit } from './access-options.js';
import { clientAddress } from './client-address.js';
import { WindowCounts } from './window-counts.js';

/** Counts a request, and refuses it beyond the limit. Every answer says what is left in its `ratelimit-*` headers.
 *  @param proxies as of `clientAddress`
 *  @throws {RangeError} if the limit is not a whole number of requests and seconds */
export function limitRate(
  { requests, seconds = 60, store = new WindowCounts(seconds * 1000) }: RateLimit,
  proxies: number,
): MiddlewareHandler<AppEnv> {
  checkWhole('requests', requests);
  checkWhole('seconds', seconds);
  const headersOf = (c: Context<AppEnv>): Record<string, string> => {
    const { remaining, resetTime } = c.var.rateLimit!;
    return {
      'ratelimit-limit': String(requests),
      'ratelimit-remaining': String(remaining),
      'ratelimit-reset': String(secondsUntil(resetTime, seconds)),
    };
  };
  const limiter = rateLimiter<AppEnv>({
    windowMs: seconds * 1000,
    limit: requests,
    standardHeaders: false, // the library sets them on answers that Hono makes, which are not all
    store,
    keyGenerator: (c) => {
      const { keyName } = c.var;
      return keyName === undefined
        ? `address ${clientAddress(c, proxies) ?? 'unknown'}`
        : `key ${keyName}`;
    },
    handler: (c) => {
      const headers = headersOf(c);
      const wait = headers['ratelimit-reset'];
      throw new ProblemError(
        'rate-limited',
        `more than ${requests} requests in ${seconds} s; try again in ${wait} s`,
        { headers: { ...headers, 'retry-after': wait } },
      );
    },
  });
  return (c, next) =>
    limiter(c, async () => {
      await next();
      for (const [name, value] of Object.entries(headersOf(c))) c.res.headers.set(name, value);
    });
}

function secondsUntil(time: Date | undefined, most: number): number {
  if (!time) return most;
  return Math.min(most, Math.max(1, Math.ceil((time.getTime() - Date.now()) / 1000)));
}

function checkWhole(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new RangeError(
    `access.rateLimit.${name}: expected a whole number from 1 on, found ${value}`,
  );
}
