// Figures for Prometheus.
import { createRoute, z } from '@hono/zod-openapi';
import type { Schema } from 'hono';
import type { App, AppContext } from '../app-env.js';
import { addJobMetrics } from '../jobs/job-metrics.js';
import { METRICS_TYPE } from '../metrics/registry.js';

const metricsRoute = createRoute({
  method: 'get',
  path: '/metrics',
  tags: ['Operation'],
  summary: 'Figures for Prometheus',
  responses: {
    200: {
      description: 'In the text format, version 0.0.4',
      content: { 'text/plain': { schema: z.string() } },
    },
  },
});

export function addMetricsRoute<Routes extends Schema>(
  app: App<Routes>,
  { metrics, processMetrics, jobs }: AppContext,
) {
  const askJobs = addJobMetrics(metrics.registry, jobs);
  return app.openapi(metricsRoute, async (c) => {
    await askJobs();
    const text = metrics.registry.text() + ((await processMetrics?.()) ?? '');
    return c.text(text, 200, { 'content-type': METRICS_TYPE, 'cache-control': 'no-store' });
  });
}
