// How many jobs wait and are at work, for Prometheus. Autoscalers read it.
import type { MetricRegistry, Reading } from '../metrics/registry.js';
import type { JobCounts, JobQueue } from './job-queue.js';

/** @returns asks the queue: to be awaited before the registry is read. Where the queue cannot be reached nothing is told of
 *  jobs, and everything else still is. */
export function addJobMetrics(registry: MetricRegistry, jobs: JobQueue): () => Promise<void> {
  let counts: ReadonlyMap<string, JobCounts> = new Map();
  const read = (name: keyof JobCounts) => (): Reading =>
    [...counts].map(([model, count]) => [[model], count[name]] as const);
  const labels = ['model'];
  registry.read(
    { name: 'ostinato_jobs_queued', help: 'Jobs that wait for a worker.', labels },
    'gauge',
    read('queued'),
  );
  registry.read(
    { name: 'ostinato_jobs_running', help: 'Jobs at work, on all workers.', labels },
    'gauge',
    read('running'),
  );
  return async () => {
    counts = await jobs.counts().catch(() => new Map<string, JobCounts>());
  };
}
