// The work of a job: what `compose`, `continue` and `evaluate` of `/v1/models/{model}` do.
import type { NoteEvent } from '@ostinato/core';
import type { AppContext } from '../app-env.js';
import type { AppOptions, ServedModel } from '../app-options.js';
import { composePiece } from '../composition/compose-piece.js';
import { unpackPiece } from '../composition/given-piece.js';
import { planComposition, type PlannedComposition } from '../composition/plan-composition.js';
import { evaluatePiece } from '../evaluation/evaluate-piece.js';
import { findModel } from '../find-model.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { inlineRenderer } from '../rendering/renderer.js';
import { describeEvaluation } from '../schemas/evaluation-schemas.js';
import type { ComposeTask, EvaluateTask, JobProgress } from './job.js';
import type { JobRunner } from './job-queue.js';
import { encodeResult, type JobResult } from './job-result.js';

type RunContext = Pick<AppContext, 'models' | 'limits' | 'renderer'>;

/** Lets a queue that runs its jobs in this process begin. */
export function startJobs({ jobs, jobPlaces, ...context }: AppContext): void {
  jobs.start?.(runnerOf(context), jobPlaces);
}

/** What does jobs in a process without an app.
 *  @param options models and limits are those of the servers that take the jobs */
export function createJobRunner({
  models,
  limits = {},
  renderer = inlineRenderer,
}: Pick<AppOptions, 'models' | 'limits' | 'renderer'>): JobRunner {
  return runnerOf({
    models: new Map(Object.entries(models)),
    limits: { ...DEFAULT_LIMITS, ...limits },
    renderer,
  });
}

function runnerOf(context: RunContext): JobRunner {
  return async (task, { signal, onProgress }) => {
    const served = findModel(context, task.model);
    const result =
      task.kind === 'compose'
        ? await compose(served, task, { ...context, signal, onProgress })
        : await evaluate(served, task, signal);
    return encodeResult(result);
  };
}

async function compose(
  served: ServedModel,
  { model, request, given }: ComposeTask,
  { signal, onProgress, ...context }: RunContext & Parameters<JobRunner>[1],
): Promise<JobResult> {
  const primer = given && unpackPiece(given, served.tokenizer);
  const plan = await planComposition(served, request, context, primer);
  const measure = createMeasure(plan);
  const onNote = (note: NoteEvent): void => onProgress(measure(note));
  const composition = await composePiece(served, plan, signal, onNote);
  const { seed } = plan;
  const facts = { model, seed, composition, ...(primer && { primerLoss: primer.loss }) };
  return { kind: 'compose', facts };
}

async function evaluate(
  served: ServedModel,
  { model, given }: EvaluateTask,
  signal: AbortSignal,
): Promise<JobResult> {
  const { tokens, loss } = unpackPiece(given, served.tokenizer);
  const likelihood = await evaluatePiece(served, tokens, signal);
  return { kind: 'evaluate', evaluation: describeEvaluation(model, likelihood, loss) };
}

/** How far a piece is, from its newest note. Length counts from the first new note on. */
function createMeasure({ options }: PlannedComposition): (note: NoteEvent) => JobProgress {
  const { seconds = Infinity, bars = Infinity, notes: mostNotes = Infinity } = options;
  let first: NoteEvent | undefined;
  let notes = 0;
  return (note) => {
    first ??= note;
    notes++;
    const musicSeconds = Math.max(0, note.startSeconds - first.startSeconds);
    const share = Math.max(
      notes / mostNotes,
      musicSeconds / seconds,
      (note.bar - first.bar) / bars,
    );
    return { notes, musicSeconds, share: Math.min(1, share) };
  };
}
