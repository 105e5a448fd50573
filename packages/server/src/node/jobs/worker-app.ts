// What a worker tells of itself: for the probes of a cluster, and for Prometheus. Nothing of its jobs.
import { Hono } from 'hono';
import type { ServedModel } from '../../app-options.js';
import { isReady } from '../../is-ready.js';
import { createMetricRegistry, METRICS_TYPE } from '../../metrics/registry.js';
import type { JobWorker } from './job-worker.js';

/** The addresses are those of a server. */
export function createWorkerApp(
  worker: JobWorker,
  models: Readonly<Record<string, ServedModel>>,
): Hono {
  const registry = createMetricRegistry();
  registry.read(
    { name: 'ostinato_worker_jobs_running', help: 'Jobs that this worker has at work.' },
    'gauge',
    () => [[[], worker.running()]],
  );
  registry.read(
    {
      name: 'ostinato_worker_attempts_total',
      help: 'What became of the attempts of this worker.',
      labels: ['outcome'],
    },
    'counter',
    () => Object.entries(worker.attempts).map(([outcome, count]) => [[outcome], count] as const),
  );
  return new Hono()
    .get('/v2/health/live', (c) => c.json({ live: true }))
    .get('/v2/health/ready', (c) => {
      const ready = worker.isConnected() && Object.values(models).every(isReady);
      return c.json({ ready }, ready ? 200 : 503);
    })
    .get('/metrics', (c) => c.text(registry.text(), 200, { 'content-type': METRICS_TYPE }));
}
