export type { AppOptions, Logger, ServedModel, Site } from './app-options.js';
export type { Place, PlaceCounts, Places } from './admission/places.js';
export { createApp } from './create-app.js';
export type { GivenPiece } from './composition/given-piece.js';
export type {
  ComposeTask,
  EvaluateTask,
  Job,
  JobOutcome,
  JobProblem,
  JobProgress,
  JobState,
  JobTask,
} from './jobs/job.js';
export { DEFAULT_JOB_LIMITS, type JobLimits } from './jobs/job-limits.js';
export type {
  JobCounts,
  JobPage,
  JobQuery,
  JobQueue,
  JobRunner,
  JobSubmission,
  Submitted,
} from './jobs/job-queue.js';
export { MemoryJobQueue, type MemoryJobQueueOptions } from './jobs/memory-queue.js';
export { createJobRunner } from './jobs/run-job.js';
export type { WebhookMessage, Webhooks } from './jobs/webhook/webhooks.js';
export { DEFAULT_LIMITS, type Limits } from './limits.js';
export { type ProblemCode, ProblemError, PROBLEMS } from './problem/problem.js';
export {
  inlineRenderer,
  type Renderer,
  type RenderOptions,
  type Sound,
} from './rendering/renderer.js';
export { isOrigin } from './protection/allow-origins.js';
export type { AccessOptions, ApiKey, RateLimit } from './protection/access-options.js';
export { createDrain, type Drain, type DrainControl } from './protection/drain.js';
