// The app: from models to an HTTP interface.
import { OpenAPIHono } from '@hono/zod-openapi';
import { requestId } from 'hono/request-id';
import { createPlaces } from './admission/places.js';
import type { AppContext, AppEnv } from './app-env.js';
import type { AppOptions } from './app-options.js';
import { MemoryJobQueue } from './jobs/memory-queue.js';
import { startJobs } from './jobs/run-job.js';
import { DEFAULT_LIMITS } from './limits.js';
import { problemOf } from './problem/problem-of.js';
import { ProblemError, problemResponse } from './problem/problem.js';
import { inlineRenderer } from './rendering/renderer.js';
import { addComposeRoute } from './routes/compose.js';
import { addJobRoutes } from './routes/jobs.js';
import { addModelRoutes } from './routes/models.js';

const MODEL_NAME = /^[\w.-]{1,64}$/;

/** Makes the app. It computes nothing itself and opens no port: pass `app.fetch` to whatever serves `Request`s.
 *  @throws {TypeError} if there is no model, or a name that cannot stand in an address
 *  @example
 *  const app = createApp({ models: { musicnet: await loadEngine('musicnet') } });
 *  const answer = await app.request('/v1/models'); */
export function createApp(options: AppOptions) {
  const { logger } = options;
  const context = createContext(options);
  checkNames(context);
  const app = new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidRequest(result.error.issues);
    },
  });
  app.use(requestId());
  app.onError((error, c) => {
    const problem = problemOf(error);
    if (problem.code === 'internal') {
      logger?.error({ requestId: c.var.requestId, error: problem.cause }, 'internal error');
    }
    return problemResponse(problem, c.var.requestId);
  });
  app.notFound((c) => {
    const problem = new ProblemError(
      'not-found',
      'nothing is served at this address; /openapi.json lists what is',
    );
    return problemResponse(problem, c.var.requestId);
  });
  const routes = addJobRoutes(addComposeRoute(addModelRoutes(app, context), context), context);
  startJobs(context);
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Ostinato',
      version: '1',
      description: 'Composes music with models that were trained on MIDI.',
    },
  });
  return routes;
}

function createContext(options: AppOptions): AppContext {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  return {
    models: new Map(Object.entries(options.models)),
    limits,
    renderer: options.renderer ?? inlineRenderer,
    jobs: options.jobs ?? new MemoryJobQueue(options.logger && { logger: options.logger }),
    places: createPlaces({ running: limits.running, queued: limits.queued }),
    streamPlaces: createPlaces({ running: limits.streams, queued: 0 }),
  };
}

function checkNames({ models }: AppContext): void {
  if (models.size === 0) throw new TypeError('models: expected at least one, found none');
  for (const name of models.keys()) {
    if (!MODEL_NAME.test(name)) {
      throw new TypeError(
        `models: expected names of 1..64 letters, digits, . _ -, found "${name}"`,
      );
    }
  }
}

function invalidRequest(
  issues: readonly { path: readonly PropertyKey[]; message: string }[],
): ProblemError {
  const told = issues.slice(0, 3).map(({ path, message }) => {
    const place = path.map(String).join('.');
    return place === '' ? message : `${place}: ${message}`;
  });
  return new ProblemError('invalid-request', told.join('; '));
}
