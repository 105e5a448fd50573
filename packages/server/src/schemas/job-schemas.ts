// Jobs as JSON.
import { z } from '@hono/zod-openapi';
import { type Job, isFinished } from '../jobs/job.js';
import { problemSchema, problemDocument } from '../problem/problem.js';
import { composeRequestSchema } from './compose-schemas.js';

export const jobRequestSchema = z
  .strictObject({
    model: z.string().min(1).max(64).meta({ description: 'What the model is called here' }),
    kind: z.literal('compose').meta({ description: 'What is to be done' }),
    request: composeRequestSchema,
    webhook: z
      .url()
      .max(2_000)
      .optional()
      .meta({
        description:
          'Where the end of the job is told, signed as https://www.standardwebhooks.com has it. Only hosts that this ' +
          'server was told of',
      }),
  })
  .openapi('JobRequest', {
    example: { model: 'musicnet', kind: 'compose', request: { seed: 7, seconds: 120 } },
  });

const time = z.iso.datetime();

export const jobSchema = z
  .object({
    id: z.string(),
    model: z.string(),
    kind: z.literal('compose'),
    state: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']),
    seed: z.union([z.int(), z.string()]).meta({ description: 'Gives the same piece again' }),
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
      .meta({ description: 'While it is running' }),
    problem: problemSchema.optional().meta({ description: 'Why it failed' }),
    links: z.object({
      self: z.string(),
      result: z.string().optional().meta({ description: 'Of a job that succeeded' }),
    }),
  })
  .openapi('Job');

/** Without what was asked for: whoever asked knows, and a primer may be long. */
export function describeJob(job: Job): z.infer<typeof jobSchema> {
  const { id, task, state, attempts, submittedAt, startedAt, finishedAt, progress, problem } = job;
  const self = jobPath(id);
  return {
    id,
    model: task.model,
    kind: task.kind,
    state,
    seed: task.request.seed,
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
