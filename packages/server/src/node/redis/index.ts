// What servers and workers share on Redis: an entry of its own, since BullMQ and ioredis take longer to load than all else.
export { createRedisJobQueue, type RedisJobQueueOptions } from '../jobs/redis-queue.js';
export { type JobWorker, type JobWorkerOptions, startJobWorker } from '../jobs/job-worker.js';
export { createWorkerApp } from '../jobs/worker-app.js';
export type { RedisPlace } from './connection.js';
export { SharedCounts, type SharedCountsOptions } from './shared-counts.js';
