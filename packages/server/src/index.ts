export type { AppOptions, Logger, ServedModel } from './app-options.js';
export { createApp } from './create-app.js';
export { DEFAULT_LIMITS, type Limits } from './limits.js';
export { type ProblemCode, ProblemError, PROBLEMS } from './problem/problem.js';
export { inlineRenderer, type Renderer, type Sound } from './rendering/renderer.js';
