// The parity report: the exported graphs compute what was trained.
import {
  type Grammar,
  isReproducible,
  type ModelPrecision,
  type NextTokenModel,
  createRandom,
} from '@ostinato/core';
import type { LstmConfig, NamedTensors } from '@ostinato/model';
import { ExportError } from '../errors.js';
import { encodeObservedChunk } from '../graphs/encode-graphs.js';
import type { Form } from '../graphs/forms.js';
import { widenedParameters } from '../graphs/network.js';
import { stateSize } from '../graphs/state.js';
import { compareDraws, type DrawReport } from './compare-draws.js';
import { chunkLogits } from './observed-chunk.js';
import { referenceLogits } from './reference-logits.js';

/** Logits of a right graph are within this of the trained network's, per unit of the largest logit (at least 1):
 *  float32 sums of some thousand terms. */
const LOGIT_TOLERANCE = 1e-5;

const LOGIT_TOKENS = 64;
const DRAWN_TOKENS = 1000;
const SEEDS = [1, 2, 3];

export interface ParityReport {
  /** Tokens after which logits were compared. */
  readonly tokens: number;
  /** The largest magnitude among their logits. */
  readonly largestLogit: number;
  /** Largest differences of a logit, with the stored weights widened on all sides. Those from the trained network are
   *  rounding alone in a reproducible form; int8-dynamic rounds hidden units as well. */
  readonly trainedToStep: number;
  readonly trainedToChunk: number;
  readonly stepToChunk: number;
  /** `decode` (chunk graph) against `consume` and `sampleToken` (step graph). */
  readonly draws: DrawReport;
}

/** Differences of a logit. */
export interface LogitErrors {
  readonly largest: number;
  readonly mean: number;
}

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
    draws: await compareDraws(model, grammar, { primer, seeds: SEEDS, length: DRAWN_TOKENS }),
  };
  judge(parity, precision);
  return { parity, logitErrors: differences(original, chunk) };
}

function judge(report: ParityReport, precision: ModelPrecision): void {
  const limit = LOGIT_TOLERANCE * Math.max(1, report.largestLogit);
  const judged: readonly (keyof ParityReport)[] = isReproducible(precision)
    ? ['trainedToStep', 'trainedToChunk', 'stepToChunk']
    : ['stepToChunk'];
  for (const key of judged) {
    const found = report[key] as number;
    if (!(found <= limit)) {
      throw new ExportError(
        'parity',
        `parity of ${precision}: ${key}: logits should agree to ${limit.toExponential(1)}, but differ by ${found.toExponential(2)}; nothing was exported`,
      );
    }
  }
  const { different, tokens } = report.draws;
  if (different > 0) {
    throw new ExportError(
      'parity',
      `parity of ${precision}: the chunk graph drew ${different} of ${tokens} tokens differently from the step graph; nothing was exported`,
    );
  }
}

/** The primer and what the model makes of it, so that the logits are compared where it is used. */
export async function composeTokens(
  model: NextTokenModel,
  primer: readonly number[],
): Promise<Int32Array> {
  const length = Math.max(LOGIT_TOKENS, primer.length);
  const forcedTokens = new Int32Array(length - 1).fill(-1);
  forcedTokens.set(primer.slice(1));
  const { tokens } = await model.decode({
    temperature: 1,
    topK: model.vocabularySize,
    topP: 1,
    minP: 0,
    state: model.createState(1),
    previousTokens: Int32Array.of(primer[0]),
    uniforms: createRandom(1).uniforms(0, length - 1),
    forcedTokens,
  });
  return Int32Array.of(primer[0], ...tokens);
}

/** Logits after each token, shape [T, V]. */
async function stepLogits(model: NextTokenModel, tokens: Int32Array): Promise<Float32Array> {
  const logits = new Float32Array(tokens.length * model.vocabularySize);
  let state = model.createState(1);
  for (const [i, token] of tokens.entries()) {
    const result = await model.consume(Int32Array.of(token), state);
    logits.set(result.logits, i * model.vocabularySize);
    ({ state } = result);
  }
  return logits;
}

function sizesOf(config: LstmConfig): { vocabularySize: number; stateSize: number } {
  return { vocabularySize: config.vocabularySize, stateSize: stateSize(config) };
}

function differences(a: ArrayLike<number>, b: ArrayLike<number>): LogitErrors {
  let largest = 0;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    largest = Math.max(largest, difference); // a NaN stays, and is refused
    sum += difference;
  }
  return { largest, mean: sum / a.length };
}

function largestMagnitude(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}
