// Who may use an app, and how much of it.
import type { Store } from 'hono-rate-limiter';
import type { AppEnv } from '../app-env.js';

export interface ApiKey {
  /** What logs and rate limits call its holder: 1..64 letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  /** The secret: at least 16 characters of a bearer token. Only its digest is kept. */
  readonly key: string;
}

export interface RateLimit {
  /** Requests in one window, of one key or, without a key, of one address. */
  readonly requests: number;
  /** Seconds of a window. Default 60. */
  readonly seconds?: number;
  /** Where requests are counted: a store of `hono-rate-limiter`, such as its `RedisStore` for several servers. Default:
   *  in memory, for at most 10,000 keys and addresses. */
  readonly store?: Store<AppEnv>;
}

export interface AccessOptions {
  /** With keys, everything but health, `/openapi.json` and the site needs one of them. Default: none, open to all. */
  readonly keys?: readonly ApiKey[];
  /** Origins whose pages may call, such as `https://example.org`, or `*` for all. Default: none. */
  readonly corsOrigins?: readonly string[];
  /** Default: none. */
  readonly rateLimit?: RateLimit;
  /** Whether, where there are no keys, anybody may list the jobs of everybody. Else whoever submitted a job knows its id, and
   *  nobody else does. Default false. */
  readonly openJobList?: boolean;
  /** How many proxies of yours a request passes. So many entries at the end of `x-forwarded-for` are believed. Default 0:
   *  the header is not read. */
  readonly proxies?: number;
}
