export { createLogger, type LoggerOptions, type LogLevel } from './logger.js';
export { observeProcess } from './process-metrics.js';
export {
  createThreadRenderer,
  type ThreadRenderer,
  type ThreadRendererOptions,
} from './renderer/thread-renderer.js';
export { isLoopback, type RunningServer, serveApp, type ServeOptions } from './serve-app.js';
export { ServeError } from './serve-error.js';
export { openSite, type SiteOptions } from './site/open-site.js';
export type { PageModel } from './site/model-files.js';
export type { TimeLimits } from './time-limits.js';
export { openStorage } from './storage/open-storage.js';
export type { ResultStorage } from './storage/result-storage.js';
export { createWebhooks, type WebhookOptions } from './webhooks.js';
