// What a training run will take, before it starts. The time depends on the machine: see engines/onnx/step-time.ts.
import { type LstmConfig, lstmParameters } from '@ostinato/model';

/** Bytes of a process with ONNX Runtime loaded and a small graph. */
const PROGRAM_BYTES = 150e6;
const FLOAT_BYTES = 4;
/** Arrays as large as all parameters, at the moment when a checkpoint is written: parameters, two moments, what training
 *  started from, gradients and the arena's workspace for the update, and for the checkpoint a copy of three and their
 *  bytes. Micro batches add the sums of the gradients and a second graph with an arena of its own. */
const PARAMETER_COPIES = 13;
const PARAMETER_COPIES_OF_PARTS = 18;
/** Numbers that are kept of each token: for each unit of a layer (gates before and after, states, masks, the slopes of
 *  all of them, transposed copies for the products, and what evaluation keeps), and for each token of the vocabulary
 *  (logits, their logarithms, slopes, and evaluation's). */
const FLOATS_PER_UNIT = 32;
const FLOATS_PER_LOGIT = 8;
/** Forward, and twice as much backward: once for the inputs' slopes, once for the weights'. */
const PASSES = 3;

export interface EstimateRequest {
  readonly config: LstmConfig;
  /** B, streams of a batch. */
  readonly batch: number;
  /** Streams computed at once. Default: B. */
  readonly microBatch?: number | undefined;
  /** T, tokens of a window. */
  readonly windowSteps: number;
}

export interface TrainingEstimate {
  /** Numbers that are learned. */
  readonly parameters: number;
  /** The most memory that the process holds, on the `cpu` device of the `onnx` engine. */
  readonly memoryBytes: number;
  /** Multiplications and additions of one optimizer step, elementwise work not counted. */
  readonly flopsPerStep: number;
}

/** Estimates memory and work.
 *
 *  Letters: P parameters, L layers, H hidden units, E embedding, V vocabulary, N = B T tokens of a step, n = b T those
 *  that are computed at once.
 *
 *  Memory: `150 MB + 4 bytes * (13 P + n (32 L H + 8 V))`, with 18 P in micro batches. What is counted is what the
 *  training graph keeps; the factors are fitted to the peaks of twelve runs (1 x 128 to 3 x 1024, V 400 and 4,000, n 512
 *  to 8,192, x86-64 Linux), which it meets within 6 %, and within 12 % in micro batches.
 *
 *  Work: a product of a weight with a token's column is one multiplication and one addition for each number of the
 *  weight, three times: `6 (4 H^2 (2 L - 1) + V H)` a token. The first layer's input product is made once for each token
 *  of the vocabulary instead, `6 * 4 H E V` for each part of the batch, and its slopes are collected by a product with
 *  the one-hot tokens, `2 * 4 H V` a token.
 *  @example
 *  estimateTraining({ config: presetConfig('base', 400), batch: 32, windowSteps: 128 }) // 4.6 M, 1.0 GB, 92 GFLOP */
export function estimateTraining(request: EstimateRequest): TrainingEstimate {
  const { config, batch, microBatch = batch, windowSteps } = request;
  const { vocabularySize: V, embeddingSize: E, hiddenSize: H, layers: L } = config;
  const parameters = lstmParameters(config).reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
  const copies = microBatch < batch ? PARAMETER_COPIES_OF_PARTS : PARAMETER_COPIES;
  const kept = microBatch * windowSteps * (FLOATS_PER_UNIT * L * H + FLOATS_PER_LOGIT * V);
  const perToken = 2 * PASSES * (4 * H * H * (2 * L - 1) + V * H) + 2 * 4 * H * V;
  const perPart = 2 * PASSES * 4 * H * E * V;
  return {
    parameters,
    memoryBytes: Math.round(PROGRAM_BYTES + FLOAT_BYTES * (copies * parameters + kept)),
    flopsPerStep: batch * windowSteps * perToken + (batch / microBatch) * perPart,
  };
}

/** The largest micro batch below the one asked for with which training fits into so many bytes; undefined if none does. */
export function fittingMicroBatch(
  request: EstimateRequest,
  limitBytes: number,
): number | undefined {
  const { batch, microBatch = batch } = request;
  for (let part = microBatch - 1; part >= 1; part--) {
    if (batch % part !== 0) continue;
    if (estimateTraining({ ...request, microBatch: part }).memoryBytes <= limitBytes) return part;
  }
  return undefined;
}
