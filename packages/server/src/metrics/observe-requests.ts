// Counts and times the requests.
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { AppEnv } from '../app-env.js';
import type { AppMetrics } from './app-metrics.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

export function observeRequests(metrics: AppMetrics): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const started = performance.now();
    await next();
    const { method } = c.req;
    metrics.answered(
      METHODS.includes(method) ? method : 'other',
      routePath(c, -1),
      c.res.status,
      (performance.now() - started) / 1000,
    );
  };
}
