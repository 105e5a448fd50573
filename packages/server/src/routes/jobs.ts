// Jobs: submit now, ask how far they are, fetch the result later.
import { createRoute, z } from '@hono/zod-openapi';
import type { Context, Schema } from 'hono';
import { startDeadline } from '../admission/deadline.js';
import type { App, AppContext, AppEnv } from '../app-env.js';
import { isFinished, type Job } from '../jobs/job.js';
import { modelOfJobId } from '../jobs/job-id.js';
import type { JobQueue } from '../jobs/job-queue.js';
import { readIdempotency } from '../jobs/idempotency.js';
import { decodeResult, type JobResult } from '../jobs/job-result.js';
import { planJob } from '../jobs/plan-job.js';
import { problemAnswers } from '../problem/problem-answers.js';
import { ProblemError } from '../problem/problem.js';
import { compositionAnswer } from '../rendering/composition-answer.js';
import { JOB_ANSWER } from '../rendering/composition-forms.js';
import { type Form, wantedForm } from '../rendering/forms.js';
import { openRendering, type Rendering } from '../rendering/open-rendering.js';
import {
  describeJob,
  jobListQuerySchema,
  jobListSchema,
  jobPath,
  jobRequestSchema,
  jobSchema,
} from '../schemas/job-schemas.js';

const TAGS = ['Jobs'];
const AGAIN_SECONDS = '1';

const idParameter = z.object({
  id: z
    .string()
    .openapi({ param: { name: 'id', in: 'path' }, example: 'musicnet.3q2-7wAAAAAAAAAAAAAAAA' }),
});

const submitRoute = createRoute({
  method: 'post',
  path: '/v1/jobs',
  tags: TAGS,
  summary: 'Submit a job',
  description:
    'Reads and checks all of the request, takes it on, and answers before the work begins. A job has more time than a ' +
    'request.',
  request: {
    headers: z.object({
      'idempotency-key': z.string().optional().meta({
        description:
          'Names the submission: sent again with the same body it gives the same job, with another body a `conflict`',
        example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
      }),
    }),
    body: { required: true, content: { 'application/json': { schema: jobRequestSchema } } },
  },
  responses: {
    202: {
      description: 'The job; `Location` is where to ask for it',
      content: { 'application/json': { schema: jobSchema } },
    },
    ...problemAnswers(
      'invalid-request',
      'invalid-midi',
      'model-not-found',
      'not-found',
      'conflict',
      'body-too-large',
      'unsupported-media-type',
      'outside-limits',
      'cannot-compose',
      'overloaded',
      'not-ready',
      'deadline',
      'queue-unavailable',
    ),
  },
});

const listRoute = createRoute({
  method: 'get',
  path: '/v1/jobs',
  tags: TAGS,
  summary: 'List jobs',
  description:
    'The newest first, those of the key that asks. A server without keys lists all of them, or none where it is open to ' +
    'others than this machine.',
  request: { query: jobListQuerySchema },
  responses: {
    200: {
      description: 'A page of them',
      content: { 'application/json': { schema: jobListSchema } },
    },
    ...problemAnswers('invalid-request', 'not-found', 'queue-unavailable'),
  },
});

const statusRoute = createRoute({
  method: 'get',
  path: '/v1/jobs/{id}',
  tags: TAGS,
  summary: 'Ask how far a job is',
  request: { params: idParameter },
  responses: {
    200: { description: 'The job', content: { 'application/json': { schema: jobSchema } } },
    ...problemAnswers('job-not-found', 'queue-unavailable'),
  },
});

const cancelRoute = createRoute({
  method: 'delete',
  path: '/v1/jobs/{id}',
  tags: TAGS,
  summary: 'Cancel a job',
  description: 'A job that has ended stays as it is.',
  request: { params: idParameter },
  responses: {
    200: {
      description: 'The job as it is then',
      content: { 'application/json': { schema: jobSchema } },
    },
    ...problemAnswers('job-not-found', 'queue-unavailable'),
  },
});

const resultRoute = createRoute({
  method: 'get',
  path: '/v1/jobs/{id}/result',
  tags: TAGS,
  summary: 'Fetch the result of a job',
  request: { params: idParameter },
  responses: {
    200: JOB_ANSWER,
    ...problemAnswers(
      'job-not-found',
      'not-acceptable',
      'job-not-finished',
      'outside-limits',
      'overloaded',
      'queue-unavailable',
      'deadline',
    ),
  },
});

export function addJobRoutes<Routes extends Schema>(app: App<Routes>, context: AppContext) {
  const { jobs } = context;
  return app
    .openapi(submitRoute, async (c) => {
      const body = c.req.valid('json');
      const idempotency = await readIdempotency(c.req.valid('header')['idempotency-key'], body);
      using deadline = startDeadline(c.req.raw.signal, context.limits.deadlineSeconds);
      const { signal } = deadline;
      const task = await context.submissionPlaces.run(signal, () =>
        planJob(body, { ...context, signal }),
      );
      const { job } = await jobs.submit({
        owner: c.var.keyName,
        task,
        ...(idempotency && { idempotency }),
      });
      return c.json(describeJob(job), 202, { location: jobPath(job.id), ...NOT_KEPT });
    })
    .openapi(listRoute, async (c) => {
      if (c.var.keyName === undefined && !context.openJobList) {
        const detail = 'this server lists no jobs: without API keys it cannot tell whose they are';
        throw new ProblemError('not-found', detail);
      }
      const { state, limit, cursor } = c.req.valid('query');
      const { jobs: found, next } = await jobs.list({
        owner: c.var.keyName,
        limit,
        ...(state && { state }),
        ...(cursor !== undefined && { cursor }),
      });
      const page = { jobs: found.map(describeJob), ...(next !== undefined && { next }) };
      return c.json(page, 200, NOT_KEPT);
    })
    .openapi(statusRoute, async (c) => {
      const job = await findJob(c, jobs, c.req.valid('param').id);
      const again = isFinished(job) ? undefined : { 'retry-after': AGAIN_SECONDS };
      return c.json(describeJob(job), 200, { ...NOT_KEPT, ...again });
    })
    .openapi(cancelRoute, async (c) => {
      const { id } = await findJob(c, jobs, c.req.valid('param').id);
      const job = await jobs.cancel(id);
      if (!job) throw notFound();
      return c.json(describeJob(job), 200, NOT_KEPT);
    })
    .openapi(resultRoute, async (c) => {
      const job = await findJob(c, jobs, c.req.valid('param').id);
      const form = job.task.kind === 'compose' ? wantedForm(c) : wantedForm(c, ['json']);
      if (job.state !== 'succeeded') throw withoutResult(job);
      const rendering = await openRendering(c.req.raw.signal, context);
      try {
        const bytes = await jobs.result(job.id);
        if (!bytes) throw notFound();
        const answer = await resultAnswer(decodeResult(bytes), form, { ...context, rendering });
        // A sound is made while it is taken; of HEAD nobody takes it.
        if (form !== 'wav') rendering.leave();
        else if (c.req.method === 'HEAD') await answer.body?.cancel();
        return answer as never;
      } catch (error) {
        rendering.leave(error);
        throw error;
      }
    });
}

async function resultAnswer(
  result: JobResult,
  form: Form,
  { renderer, rendering }: Pick<AppContext, 'renderer'> & { rendering: Rendering },
): Promise<Response> {
  if (result.kind === 'evaluate') return Response.json(result.evaluation);
  const { signal } = rendering;
  return compositionAnswer(result.facts, form, { renderer, signal, rendering });
}

const NOT_KEPT = { 'cache-control': 'no-store' };

/** @throws {ProblemError} `job-not-found`, also for a job of another key */
async function findJob(c: Context<AppEnv>, jobs: JobQueue, id: string): Promise<Job> {
  const job = modelOfJobId(id) === undefined ? undefined : await jobs.find(id);
  if (!job || job.owner !== c.var.keyName) throw notFound();
  return job;
}

function notFound(): ProblemError {
  const detail = 'there is no such job; those that have ended are kept for a time only';
  return new ProblemError('job-not-found', detail);
}

function withoutResult({ state }: Job): ProblemError {
  if (state === 'queued' || state === 'running') {
    const detail = `the job is ${state}; ask for it until it has succeeded`;
    return new ProblemError('job-not-finished', detail, {
      headers: { 'retry-after': AGAIN_SECONDS },
    });
  }
  return new ProblemError(
    'job-not-finished',
    `the job has ${state === 'failed' ? 'failed' : 'been cancelled'}, and has no result`,
  );
}
