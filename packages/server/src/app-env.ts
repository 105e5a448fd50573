// What travels with a request through the app.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Schema } from 'hono';
import type { Places } from './admission/places.js';
import type { ServedModel } from './app-options.js';
import type { JobQueue } from './jobs/job-queue.js';
import type { Limits } from './limits.js';
import type { Renderer } from './rendering/renderer.js';

export interface AppEnv {
  Variables: {
    /** In the answer's `x-request-id`, in problems and in logs. */
    requestId: string;
    /** Of the API key that came with the request. */
    keyName?: string;
  };
}

/** The app with the routes that it has so far, for the typed client. */
export type App<Routes extends Schema> = OpenAPIHono<AppEnv, Routes>;

/** What routes work with: the options, with nothing left out. */
export interface AppContext {
  readonly models: ReadonlyMap<string, ServedModel>;
  readonly limits: Limits;
  /** Of everything that computes and then answers. */
  readonly places: Places;
  /** Of streams. */
  readonly streamPlaces: Places;
  readonly renderer: Renderer;
  readonly jobs: JobQueue;
}
