// The parity report: the exported graphs compute what was trained.
import { type Grammar, isReproducible, type NextTokenModel } from '@ostinato/core';
import type { LstmConfig, NamedTensors } from '@ostinato/model';
import { encodeObservedChunk } from '../graphs/encode-graphs.js';
import type { Form } from '../graphs/forms.js';
import { widenedParameters } from '../graphs/network.js';
import { stateSize } from '../graphs/state.js';
import { compareDraws } from './compare-draws.js';
import { differences, largestMagnitude, stepLogits } from './logits.js';
import { chunkLogits } from './observed-chunk.js';
import { DRAWS, judgeParity, type LogitErrors, type ParityReport } from './parity-report.js';
import { referenceLogits } from './reference-logits.js';

export interface ParitySubject {
  readonly parameters: NamedTensors;
  readonly form: Form;
  readonly grammar: Grammar;
  /** The form's graphs, running. */
  readonly model: NextTokenModel;
  /** Grammatical token ids that begin a piece, at least one. */
  readonly primer: readonly number[];
  /** A piece, shape [T]. */
  readonly tokens: Int32Array;
  /** Logits of the trained network after each of them, in float64, shape [T, V]. */
  readonly original: Float64Array;
}

/** Compares the trained network (its training graph, in float64), the step graph and the chunk graph.
 *  @returns the report, and how far the form's logits are from those of the weights before they were stored
 *  @throws {ExportError} `parity` if they do not agree */
export async function checkParity(
  subject: ParitySubject,
): Promise<{ parity: ParityReport; logitErrors: LogitErrors }> {
  const { parameters, form, grammar, model, primer, tokens, original } = subject;
  const { network, precision } = form;
  const { config } = network;
  const integerProducts = !isReproducible(precision);
  const trained =
    precision === 'f32'
      ? original
      : referenceLogits(widenedParameters(network, parameters), config, tokens);
  const step = await stepLogits(model, tokens);
  const observed = encodeObservedChunk(network, grammar, { integerProducts });
  const chunk = await chunkLogits(observed, tokens, sizesOf(config));
  const parity: ParityReport = {
    tokens: tokens.length,
    largestLogit: largestMagnitude(trained),
    trainedToStep: differences(trained, step).largest,
    trainedToChunk: differences(trained, chunk).largest,
    stepToChunk: differences(step, chunk).largest,
    draws: await compareDraws(model, grammar, { primer, ...DRAWS }),
  };
  judgeParity(parity, precision);
  return { parity, logitErrors: differences(original, chunk) };
}

function sizesOf(config: LstmConfig): { vocabularySize: number; stateSize: number } {
  return { vocabularySize: config.vocabularySize, stateSize: stateSize(config) };
}
