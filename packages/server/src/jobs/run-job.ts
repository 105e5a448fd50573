// The work of a job: the same composition as `POST /v1/models/{model}/compose` gives.
import type { NoteEvent } from '@ostinato/core';
import type { AppContext } from '../app-env.js';
import type { AppOptions } from '../app-options.js';
import { composePiece } from '../composition/compose-piece.js';
import { planComposition, type PlannedComposition } from '../composition/plan-composition.js';
import { findModel } from '../find-model.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { problemOf } from '../problem/problem-of.js';
import { inlineRenderer } from '../rendering/renderer.js';
import type { JobProgress } from './job.js';
import type { JobRunner } from './job-queue.js';
import { encodeResult } from './job-result.js';

/** Until a place is asked for again. */
const AGAIN_MS = 250;

type RunContext = Pick<AppContext, 'models' | 'limits' | 'renderer'>;

/** Lets a queue that runs its jobs in this process begin. They take places as requests do, and wait for one where a
 *  request would be refused. */
export function startJobs({ jobs, places, ...context }: AppContext): void {
  const run = runnerOf(context);
  jobs.start?.(async (task, options) => {
    const { signal } = options;
    for (;;) {
      try {
        return await places.run(signal, () => run(task, options));
      } catch (error) {
        if (problemOf(error).code !== 'overloaded') throw error;
        await pause(AGAIN_MS, signal);
      }
    }
  });
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
  return async ({ model, request }, { signal, onProgress }) => {
    const served = findModel(context, model);
    const plan = await planComposition(served, request, context);
    const measure = createMeasure(plan);
    const onNote = (note: NoteEvent): void => onProgress(measure(note));
    const composition = await composePiece(served, plan, signal, onNote);
    const { seed, primerLoss } = plan;
    return encodeResult({ model, seed, composition, ...(primerLoss && { primerLoss }) });
  };
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

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- whatever the signal gives
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}
