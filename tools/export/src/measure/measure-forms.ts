// Runs every form of a model: do its graphs agree, what do they predict, how fast are they.
import { createGolden, type Golden, isReproducible, type NextTokenModel } from '@ostinato/core';
import { type NodeModel, startModel } from '@ostinato/node';
import { type Form, type FormSource, makeForm } from '../graphs/forms.js';
import { stateSize } from '../graphs/state.js';
import { checkParity } from '../parity/check-parity.js';
import { composeTokens } from '../parity/logits.js';
import { referenceLogits } from '../parity/reference-logits.js';
import { evaluationOnComposed } from './evaluate-composed.js';
import type { FormReport, ModelReport, ValidationData } from './form-report.js';
import { measureSpeed } from './measure-speed.js';

export interface MeasureOptions {
  readonly validation?: ValidationData;
  readonly speed?: boolean;
  readonly signal?: AbortSignal;
}

/** Measures the forms one after another, each in a process of its own.
 *  @param primer token ids that begin a piece
 *  @returns the report, and the golden file of the first reproducible form
 *  @throws {ExportError} `parity` if the graphs of a form do not agree */
export async function measureForms(
  source: FormSource,
  forms: readonly Form[],
  primer: readonly number[],
  { validation, speed = false, signal }: MeasureOptions,
): Promise<{ golden: Golden; report: ModelReport }> {
  const { parameters, config, grammar } = source;
  const trainedForm = forms.find(({ precision }) => precision === 'f32') ?? makeForm(source, 'f32');
  await using trained = await start(trainedForm, source);
  const tokens = await composeTokens(trained, primer);
  const original = referenceLogits(parameters, config, tokens);
  const evaluateComposed = await evaluationOnComposed(trained, primer);
  const evaluate = (model: NextTokenModel, what: string) =>
    validation ? validation.evaluate(model, what) : evaluateComposed(model);
  const before = await evaluate(trained, 'trained weights');

  const primary = forms.find(({ precision }) => isReproducible(precision));
  let golden: Golden | undefined;
  const reports: FormReport[] = [];
  for (const form of forms) {
    signal?.throwIfAborted();
    await using own = form === trainedForm ? undefined : await start(form, source);
    const model = own ?? trained;
    if (form === primary) golden = await createGolden(model, { primer });
    const subject = { parameters, form, grammar, model, primer, tokens, original };
    const { precision } = form;
    const checked = await checkParity(subject);
    const { natsPerToken } = form === trainedForm ? before : await evaluate(model, precision);
    const tokensPerSecond = speed ? await measureSpeed(model, primer) : undefined;
    reports.push({
      precision,
      ...checked,
      natsPerToken,
      ...(tokensPerSecond !== undefined && { tokensPerSecond }),
    });
  }
  if (!golden) throw new Error('internal: no form is reproducible');
  const report = {
    evaluatedOn: validation?.name ?? 'pieces that the trained network composed',
    tokens: before.tokens,
    trainedNatsPerToken: before.natsPerToken,
    forms: reports,
  };
  return { golden, report };
}

/** One thread: an export may share its machine with a training run, and spinning threads would slow both. */
function start({ step, chunk }: Form, { config, grammar }: FormSource): Promise<NodeModel> {
  const parts = { graphs: { step, chunk }, grammar, stateSize: stateSize(config) };
  return startModel(parts, { threads: 1 });
}
