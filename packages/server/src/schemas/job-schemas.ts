// Jobs as JSON.
import { z } from '@hono/zod-openapi';
import { type Job, isFinished } from '../jobs/job.js';
import { problemSchema, problemDocument } from '../problem/problem.js';
import { composeRequestSchema, primerSchema } from './compose-schemas.js';

const model = z.string().min(1).max(64).meta({ description: 'What the model is called here' });

const webhook = z
  .url()
  .max(2_000)
  .optional()
  .meta({
    description:
      'Where the end of the job is told, signed as https://www.standardwebhooks.com has it. Only hosts that this ' +
      'server was told of',
  });

export const jobRequestSchema = z
  .discriminatedUnion(
    'kind',
    [
      z.strictObject({
        model,
        kind: z.literal('compose').meta({ description: 'To compose, or to continue a primer' }),
        request: composeRequestSchema,
        webhook,
      }),
      z.strictObject({
        model,
        kind: z.literal('evaluate').meta({ description: 'To measure how likely a piece is' }),
        request: z.strictObject({
          piece: primerSchema,
          labels: composeRequestSchema.shape.labels.meta({
            description: 'What the piece is like, by the kinds and values that the model lists',
          }),
        }),
        webhook,
      }),
    ],
    {
      error: ({ code }) => (code === 'invalid_union' ? 'expected compose or evaluate' : undefined),
    },
  )
  .openapi('JobRequest', {
    example: { model: 'musicnet', kind: 'compose', request: { seed: 7, seconds: 120 } },
  });

export type JobRequest = z.infer<typeof jobRequestSchema>;

const states = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']);
const MOST_JOBS = 100;
const DEFAULT_JOBS = 20;

export const jobListQuerySchema = z.strictObject({
  state: states.optional().meta({ description: 'Only jobs in this state' }),
  limit: z
    .string()
    .regex(/^\d{1,3}$/, `expected 1..${MOST_JOBS}`)
    .transform(Number)
    .refine((count) => count >= 1 && count <= MOST_JOBS, `expected 1..${MOST_JOBS}`)
    .default(DEFAULT_JOBS)
    .openapi({
      type: 'integer',
      minimum: 1,
      maximum: MOST_JOBS,
      default: DEFAULT_JOBS,
      description: 'Jobs of a page, at most',
    }),
  cursor: z
    .string()
    .max(200)
    .optional()
    .meta({ description: '`next` of the page before: what comes after it' }),
});

const time = z.iso.datetime();

export const jobSchema = z
  .object({
    id: z.string(),
    model: z.string(),
    kind: z.enum(['compose', 'evaluate']),
    state: states,
    seed: z
      .union([z.int(), z.string()])
      .optional()
      .meta({ description: 'Of a composition: gives the same piece again' }),
    attempts: z.int().meta({ description: 'How often work on it began' }),
    submittedAt: time,
    startedAt: time.optional().meta({ description: 'When the newest attempt began' }),
    finishedAt: time.optional(),
    progress: z
      .object({
        notes: z.int().meta({ description: 'New notes so far' }),
        musicSeconds: z.number().meta({ description: 'Seconds of new music so far' }),
        share: z.number().meta({ description: 'Of the length that was asked for, 0..1' }),
      })
      .optional()
      .meta({ description: 'While a composition is running' }),
    problem: problemSchema.optional().meta({ description: 'Why it failed' }),
    links: z.object({
      self: z.string(),
      result: z.string().optional().meta({ description: 'Of a job that succeeded' }),
    }),
  })
  .openapi('Job');

export const jobListSchema = z
  .object({
    jobs: z.array(jobSchema).meta({ description: 'The newest first' }),
    next: z.string().optional().meta({
      description:
        'The `cursor` of the next page; the last page has none. A page may have fewer jobs than `limit`, even none',
    }),
  })
  .openapi('JobList');

/** Without what was asked for: whoever asked knows, and a primer may be long. */
export function describeJob(job: Job): z.infer<typeof jobSchema> {
  const { id, task, state, attempts, submittedAt, startedAt, finishedAt, progress, problem } = job;
  const self = jobPath(id);
  return {
    id,
    model: task.model,
    kind: task.kind,
    state,
    ...(task.kind === 'compose' && { seed: task.request.seed }),
    attempts,
    submittedAt: iso(submittedAt),
    ...(startedAt !== undefined && { startedAt: iso(startedAt) }),
    ...(finishedAt !== undefined && isFinished(job) && { finishedAt: iso(finishedAt) }),
    ...(progress && state === 'running' && { progress }),
    ...(problem && { problem: problemDocument(problem.code, problem.detail) }),
    links: { self, ...(state === 'succeeded' && { result: `${self}/result` }) },
  };
}

export function jobPath(id: string): string {
  return `/v1/jobs/${id}`;
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
