// One record for each request: never a body, a key or a query.
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { AppEnv } from './app-env.js';
import type { Logger } from './app-options.js';

/** Puts the request's id into the answer, and tells the logger how it went. Of a stream, `ms` is the time to its start. */
export function logRequests(
  logger: Logger | undefined,
  now: () => number = () => performance.now(),
): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const started = now();
    await next();
    const { requestId, keyName } = c.var;
    c.res.headers.set('x-request-id', requestId);
    logger?.info(
      {
        requestId,
        method: c.req.method,
        route: routePath(c, -1),
        status: c.res.status,
        ms: Math.round(now() - started),
        ...(keyName !== undefined && { key: keyName }),
      },
      'request',
    );
  };
}
