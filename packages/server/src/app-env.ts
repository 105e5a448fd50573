// What travels with a request through the app.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Schema } from 'hono';
import type { Places } from './admission/places.js';
import type { Logger, ServedModel } from './app-options.js';
import type { JobQueue } from './jobs/job-queue.js';
import type { Limits } from './limits.js';
import type { AppMetrics } from './metrics/app-metrics.js';
import type { Renderer } from './rendering/renderer.js';
import type { Drain } from './protection/drain.js';
import type { NoteStream } from './streaming/note-stream.js';
import type { ResumePoints } from './streaming/resume-points.js';

export interface AppEnv {
  /** The second argument of `app.fetch`. */
  Bindings: {
    /** Where the connection comes from, as whoever serves the app knows it; for rate limits. */
    clientAddress?: string | undefined;
  };
  Variables: {
    /** In the answer's `x-request-id`, in problems and in logs. */
    requestId: string;
    /** Of the API key that came with the request. */
    keyName?: string;
    /** As it stands after this request. */
    rateLimit?: { remaining: number; resetTime?: Date };
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
  /** Among `places`, of jobs that run in this process: they wait there without filling the queue of requests. */
  readonly jobPlaces: Places;
  /** Of submissions of jobs, while they are checked. */
  readonly submissionPlaces: Places;
  /** Of sounds, until the client has them, and of results of jobs. */
  readonly renderingPlaces: Places;
  /** Of streams. */
  readonly streamPlaces: Places;
  readonly renderer: Renderer;
  readonly jobs: JobQueue;
  /** Whether they are listed for those who have no key. */
  readonly openJobList: boolean;
  /** What ends the server, if anything does. There is no default: on Cloudflare Workers the app is made in a request, and a
   *  signal of one request may not be looked at in another. */
  readonly drain: Drain | undefined;
  readonly openStreams: Set<NoteStream>;
  readonly resumePoints: ResumePoints;
  readonly metrics: AppMetrics;
  readonly processMetrics: (() => string | Promise<string>) | undefined;
  readonly logger: Logger | undefined;
}
