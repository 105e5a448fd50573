// What every route does that composes and answers in one piece: a place, a deadline, the plan, the music, its form.
import { countNotes } from '@ostinato/core';
import type { Context } from 'hono';
import { startDeadline } from '../admission/deadline.js';
import type { AppContext } from '../app-env.js';
import { findModel } from '../find-model.js';
import { compositionAnswer } from '../rendering/composition-answer.js';
import { wantedForm } from '../rendering/forms.js';
import { openRendering } from '../rendering/open-rendering.js';
import type { ComposeRequest } from '../schemas/compose-schemas.js';
import { composePiece } from './compose-piece.js';
import { planComposition } from './plan-composition.js';

/** What a route has read. */
export interface CompositionTask {
  /** The name by which the model is served. */
  readonly model: string;
  readonly request: ComposeRequest;
  /** A MIDI file to continue. */
  readonly file?: Uint8Array | undefined;
}

/** @throws {ProblemError}, and what `planComposition` and `composePiece` throw */
export async function answerComposition(
  c: Context,
  context: AppContext,
  { model, request, file }: CompositionTask,
): Promise<Response> {
  const { limits, metrics, places, renderer } = context;
  const form = wantedForm(c);
  const served = findModel(context, model);
  const client = c.req.raw.signal;
  using deadline = startDeadline(client, limits.deadlineSeconds);
  const { signal } = deadline;
  // A place for the sound comes first: nothing is composed that could not be heard.
  const rendering = form === 'wav' ? await openRendering(client, context) : undefined;
  try {
    return await places.run(signal, async () => {
      const plan = await planComposition(served, request, { ...context, signal }, file);
      const composition = await composePiece(served, plan, signal);
      metrics.composed(model, countNotes(composition.score));
      const { seed, primer } = plan;
      const facts = { model, seed, composition, primerLoss: primer?.loss };
      return compositionAnswer(facts, form, { renderer, signal, rendering });
    });
  } catch (error) {
    rendering?.leave(error);
    throw error;
  }
}
