// Pages of other origins that may call: none, or those that are named.
import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { AppEnv } from '../app-env.js';

/** @throws {TypeError} if one is no origin */
export function allowOrigins(origins: readonly string[]): MiddlewareHandler<AppEnv> {
  const wrong = origins.find((origin) => !isOrigin(origin));
  if (wrong !== undefined) {
    const expected = 'origins such as https://example.org, or *';
    throw new TypeError(`access.corsOrigins: expected ${expected}, found "${wrong}"`);
  }
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    allowMethods: ['GET', 'POST', 'DELETE'],
    allowHeaders: [
      'accept',
      'authorization',
      'content-type',
      'idempotency-key',
      'last-event-id',
      'x-request-id',
    ],
    exposeHeaders: [
      'content-disposition',
      'location',
      'ostinato-primer-loss',
      'ostinato-seed',
      'ostinato-stopped-by',
      'ratelimit-limit',
      'ratelimit-remaining',
      'ratelimit-reset',
      'retry-after',
      'x-request-id',
    ],
    maxAge: 600,
  });
}

/** Whether it can stand in `corsOrigins`: `https://example.org`, without a path, or `*`. */
export function isOrigin(text: string): boolean {
  if (text === '*') return true;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && url.origin === text;
}
