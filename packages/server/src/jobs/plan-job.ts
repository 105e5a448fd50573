// From a submission to a task: all of it is read and checked, so that what can be refused is refused before there is a job.
import type { AppContext } from '../app-env.js';
import { packPiece } from '../composition/given-piece.js';
import { encodePiece, planComposition } from '../composition/plan-composition.js';
import type { ReadContext } from '../composition/read-primer.js';
import { findModel } from '../find-model.js';
import type { JobRequest } from '../schemas/job-schemas.js';
import type { JobTask } from './job.js';

/** Draws the seed of a composition, once for all attempts, and reads the piece that was given.
 *  @throws {ProblemError} `model-not-found`, and as `planComposition` and `encodePiece` do */
export async function planJob(
  job: JobRequest,
  context: Pick<AppContext, 'models'> & ReadContext,
): Promise<JobTask> {
  const { model, webhook } = job;
  const served = findModel(context, model);
  const { tokenizer } = served;
  const facts = { model, ...(webhook !== undefined && { webhook }) };
  if (job.kind === 'evaluate') {
    const { piece, labels } = job.request;
    const encoded = await encodePiece(piece, tokenizer, { ...context, labels });
    return { ...facts, kind: 'evaluate', given: packPiece(encoded, tokenizer) };
  }
  const { seed, primer } = await planComposition(served, job.request, context);
  const { primer: _, ...request } = job.request;
  return {
    ...facts,
    kind: 'compose',
    request: { ...request, seed },
    ...(primer && { given: packPiece(primer, tokenizer) }),
  };
}
