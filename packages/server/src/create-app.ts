// The app: from models to an HTTP interface.
import { OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { requestId } from 'hono/request-id';
import { createPlaces } from './admission/places.js';
import { refuseWhenFull } from './admission/refuse-when-full.js';
import type { AppContext, AppEnv } from './app-env.js';
import type { AppOptions } from './app-options.js';
import { MemoryJobQueue } from './jobs/memory-queue.js';
import { NO_JOBS } from './jobs/no-jobs.js';
import { startJobs } from './jobs/run-job.js';
import { DEFAULT_LIMITS } from './limits.js';
import { createAppMetrics } from './metrics/app-metrics.js';
import { observeRequests } from './metrics/observe-requests.js';
import { addOpenApiDocument } from './openapi-document.js';
import { answerProblem } from './problem/answer-problem.js';
import { invalidRequest } from './problem/invalid-request.js';
import { problemOf } from './problem/problem-of.js';
import { ProblemError } from './problem/problem.js';
import { inlineRenderer } from './rendering/renderer.js';
import { addComposeRoute } from './routes/compose.js';
import { checkBodies } from './requests/check-body.js';
import { limitBody } from './requests/limit-body.js';
import { addContinueRoute } from './routes/continue.js';
import { addEvaluateRoute } from './routes/evaluate.js';
import { addInferenceProtocolRoutes } from './routes/inference-protocol.js';
import { addJobRoutes } from './routes/jobs.js';
import { addMetricsRoute } from './routes/metrics.js';
import { refuseOtherMethods } from './routes/method-not-allowed.js';
import { protect } from './protection/protect.js';
import { logRequests } from './request-log.js';
import { addModelRoutes } from './routes/models.js';
import { addStreamRoutes } from './routes/stream.js';
import { createOpenStreams } from './streaming/open-streams.js';
import { createResumePoints } from './streaming/resume-points.js';

const MODEL_NAME = /^[\w.-]{1,64}$/;

/** One by one: with a pattern for all of them Hono gives up its fastest router, whatever is asked for. */
const WORK = ['compose', 'continue', 'evaluate'].map((work) => `/v1/models/:model/${work}`);
const JOBS = '/v1/jobs';

/** Makes the app. It computes nothing itself and opens no port: pass `app.fetch` to whatever serves `Request`s.
 *  @throws {TypeError} @throws {RangeError} if there is no model, or an option cannot be used
 *  @example
 *  const app = createApp({ models: { musicnet: await loadEngine('musicnet') } });
 *  const answer = await app.request('/v1/models'); */
export function createApp(options: AppOptions) {
  const { logger, access = {}, site } = options;
  const context = createContext(options);
  checkNames(context);
  const app = new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidRequest(result.error.issues);
    },
  });
  app.use(observeRequests(context.metrics));
  app.use(throwErrors);
  app.use(requestId({ limitLength: 64 }));
  app.use(logRequests(logger));
  protect(app, { access, site, drain: context.drain });
  app.on('POST', WORK, refuseWhenFull(context.places));
  app.on('POST', JOBS, refuseWhenFull(context.submissionPlaces));
  app.on(['GET', 'POST'], '/v1/models/:model/stream', refuseWhenFull(context.streamPlaces));
  app.use(limitBody(context.limits.bodyBytes));
  app.use(refuseOtherMethods(app));
  app.use(checkBodies());
  app.onError((error, c) => {
    let problem = problemOf(error);
    // Whatever breaks because the client went away is its doing.
    if (problem.code === 'internal' && c.req.raw.signal.aborted) {
      problem = new ProblemError('cancelled', 'the client went away', { cause: error });
    }
    if (problem.code === 'internal') {
      logger?.error({ requestId: c.var.requestId, error: problem.cause }, 'internal error');
    }
    return answerProblem(problem, c);
  });
  app.notFound((c) => {
    const problem = new ProblemError(
      'not-found',
      'nothing is served at this address; /openapi.json lists what is',
    );
    return answerProblem(problem, c);
  });
  const models = addModelRoutes(app, context);
  const music = addContinueRoute(addComposeRoute(models, context), context);
  const streams = addStreamRoutes(music, context);
  const works = addJobRoutes(addEvaluateRoute(streams, context), context);
  const routes = addMetricsRoute(addInferenceProtocolRoutes(works, context), context);
  startJobs(context);
  addOpenApiDocument(app, access);
  return routes;
}

function createContext(options: AppOptions): AppContext {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const models = new Map(Object.entries(options.models));
  const places = createPlaces({ running: limits.running, queued: limits.queued });
  const jobPlaces = places.alongside(Infinity); // the queue of jobs is what bounds them
  const submissionPlaces = createPlaces({ running: limits.submissions, queued: 0 });
  const renderingPlaces = createPlaces({ running: limits.renderings, queued: 0 });
  const streamPlaces = createPlaces({ running: limits.streams, queued: 0 });
  return {
    models,
    limits,
    places,
    jobPlaces,
    submissionPlaces,
    renderingPlaces,
    streamPlaces,
    renderer: options.renderer ?? inlineRenderer,
    jobs:
      options.jobs === false
        ? NO_JOBS
        : (options.jobs ?? new MemoryJobQueue(options.logger && { logger: options.logger })),
    openJobList: options.access?.openJobList ?? false,
    drain: options.drain,
    openStreams: createOpenStreams(options.drain),
    resumePoints: createResumePoints(),
    metrics: createAppMetrics(models, {
      compositions: places,
      jobs: jobPlaces,
      submissions: submissionPlaces,
      renderings: renderingPlaces,
      streams: streamPlaces,
    }),
    processMetrics: options.processMetrics,
    logger: options.logger,
  };
}

/** Hono hands only errors to `onError`; what else is thrown would reach the client's connection. */
const throwErrors: MiddlewareHandler<AppEnv> = async (_, next) => {
  try {
    await next();
  } catch (thrown) {
    throw thrown instanceof Error
      ? thrown
      : new Error('something else was thrown', { cause: thrown });
  }
};

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
