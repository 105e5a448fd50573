// The parity report of a converted model: its step and chunk graphs against TF.js itself, which sees whole sequences.
import type { Grammar, NextTokenModel } from '@ostinato/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel as TfLayersModel } from '@tensorflow/tfjs-layers';
import { declaredType } from '../layers-model/convert/input-ports.js';
import { disposeInTfjs, loadInTfjs, type Tfjs, withTfjs } from '../layers-model/tfjs.js';
import { composeTokens, differences, largestMagnitude, stepLogits } from '../parity/logits.js';
import { compareDraws } from '../parity/compare-draws.js';
import { chunkLogits } from '../parity/observed-chunk.js';
import {
  DRAWS,
  judgeParity,
  type LogitErrors,
  type ParityReport,
} from '../parity/parity-report.js';
import type { TokenModel } from './token-graphs.js';

/** Lengths at which a model that answers at the end alone is asked. */
const LENGTHS = [1, 2, 3, 5, 8, 13, 21, 34, 55];

export interface TokenParitySubject {
  readonly token: TokenModel;
  /** TF.js's name of every weight, by its name in the file. */
  readonly weightNames: ReadonlyMap<string, string>;
  readonly grammar: Grammar;
  /** The exported graphs, running. */
  readonly model: NextTokenModel;
  /** The chunk graph with its logits, as an ONNX file. */
  readonly observedChunk: Uint8Array;
  readonly stateSize: number;
  /** Grammatical token ids that begin a piece, at least one. */
  readonly primer: readonly number[];
}

/** Compares TF.js, the step graph and the chunk graph.
 *  @returns the report, and how far the chunk graph's logits are from what TF.js gives
 *  @throws {ExportError} `parity` if they do not agree, `tfjs` if TF.js cannot run the model */
export async function checkTokenParity(
  subject: TokenParitySubject,
): Promise<{ parity: ParityReport; logitErrors: LogitErrors }> {
  const { token, grammar, model, observedChunk, stateSize, primer } = subject;
  const { vocabularySize, steps, gives } = token.tokens;
  // A model for sequences of one length sees the beginning of a piece.
  const composed = await composeTokens(model, primer, steps ?? undefined);
  const tokens = steps === null ? composed : composed.subarray(0, steps);
  const step = await stepLogits(model, tokens);
  const chunk = await chunkLogits(observedChunk, tokens, { vocabularySize, stateSize });
  const rows = await withTfjs((tfjs) => tfjsRows(tfjs, subject, tokens));

  const expected = joined(rows.map(({ values }) => values));
  const inPlaces = (logits: Float32Array) =>
    joined(
      rows.map(({ place }) => {
        const row = logits.subarray(place * vocabularySize, (place + 1) * vocabularySize);
        return gives === 'logits' ? row : logSoftmax(row);
      }),
    );
  const logitErrors = differences(expected, inPlaces(chunk));
  const parity: ParityReport = {
    tokens: rows.length,
    largestLogit: largestMagnitude(expected),
    trainedToStep: differences(expected, inPlaces(step)).largest,
    trainedToChunk: logitErrors.largest,
    stepToChunk: differences(step, chunk).largest,
    draws: await compareDraws(model, grammar, { primer, ...DRAWS }),
  };
  judgeParity(parity, 'f32');
  return { parity, logitErrors };
}

/** What TF.js gives after the token at a place: logits, or the logarithms of its probabilities. */
interface Row {
  readonly place: number;
  readonly values: Float64Array;
}

async function tfjsRows(
  tfjs: Tfjs,
  { token: { model, tokens: network }, weightNames }: TokenParitySubject,
  tokens: Int32Array,
): Promise<Row[]> {
  const reference = await loadInTfjs(tfjs, model, weightNames);
  try {
    const { everyStep, steps, gives, vocabularySize } = network;
    const lengths = everyStep || steps !== null ? [tokens.length] : LENGTHS;
    return lengths
      .filter((length) => length <= tokens.length)
      .flatMap((length) => {
        const output = runTfjs(
          tfjs,
          reference,
          { model, tokens: network },
          tokens.subarray(0, length),
        );
        const values = gives === 'probabilities' ? output.map(Math.log) : output;
        const count = values.length / vocabularySize;
        return Array.from({ length: count }, (_, i) => ({
          place: length - count + i,
          values: values.subarray(i * vocabularySize, (i + 1) * vocabularySize),
        }));
      });
  } finally {
    disposeInTfjs(reference);
  }
}

/** Runs one sequence from its beginning.
 *  @returns shape [T, V] or [V] */
function runTfjs(
  { tf }: Tfjs,
  reference: TfLayersModel,
  { model, tokens: { takes, vocabularySize } }: TokenModel,
  tokens: Int32Array,
): Float64Array {
  const [input] = model.network.inputs;
  const [fixedBatch] = input.call.layer.config['batch_input_shape'] as (number | null)[];
  const batch = fixedBatch ?? 1; // of a stateful model; all rows alike
  reference.resetStates();
  const output = tf.tidy(() => {
    const ids = tf.tensor2d(
      Array.from({ length: batch }, () => [...tokens]),
      [batch, tokens.length],
      'int32',
    );
    const given = takes === 'ids' ? ids : tf.oneHot(ids, vocabularySize);
    const typed = tf.cast(given, declaredType(input.call));
    return reference.predict(typed, { batchSize: batch }) as Tensor;
  });
  const numbers = Float64Array.from(output.dataSync());
  output.dispose();
  return numbers.subarray(0, numbers.length / batch);
}

function joined(rows: readonly ArrayLike<number>[]): Float64Array {
  return Float64Array.from(rows.flatMap((row) => Array.from(row)));
}

/** The logarithms of the probabilities, in float64. */
function logSoftmax(logits: Float32Array): Float64Array {
  const values = Float64Array.from(logits);
  const largest = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const sum = values.reduce((total, value) => total + Math.exp(value - largest), 0);
  return values.map((value) => value - largest - Math.log(sum));
}
