// How the trainer asks for an engine. Device and threads are the factory's own matter: close over them.
//
//   train({ engine: (request) => createOnnxEngine({ ...request, threads: 2 }), ... })
import type { LstmConfig, NamedTensors } from '@ostinato/model';
import type { TrainingEngine } from './engine.js';

/** AdamW with clipping by global norm. */
export interface OptimizerOptions {
  /** Decay of the first moment, [0, 1). */
  readonly beta1: number;
  /** Decay of the second moment, [0, 1). */
  readonly beta2: number;
  /** Guard against division by zero, > 0. */
  readonly epsilon: number;
  /** Decoupled decay: each step takes `learningRate * weightDecay` of a weight off; >= 0. */
  readonly weightDecay: number;
  /** Gradients whose L2 norm is longer are cut to this; > 0. */
  readonly clipNorm: number;
}

export interface EngineRequest {
  readonly config: LstmConfig;
  /** B, streams of a batch. */
  readonly batch: number;
  /** T, steps of a window. */
  readonly steps: number;
  /** Seed of the dropout masks, 0..2^32-1. */
  readonly seed: number;
  /** Whether one dropout mask holds for a whole window (variational, Gal & Ghahramani 2016) or each step has its own.
   *  Default `window`. */
  readonly dropoutMask?: 'window' | 'step' | undefined;
  /** Streams computed at once; divides `batch`. With fewer than `batch` the gradients of B / microBatch parts are added
   *  before the one update: the result of a whole batch but for the order of sums, in less memory. Default: `batch`. */
  readonly microBatch?: number | undefined;
  readonly optimizer: OptimizerOptions;
  /** Where training starts; copied. Moments and carried state start at zero. */
  readonly parameters: NamedTensors;
}

export type EngineFactory = (request: EngineRequest) => Promise<TrainingEngine>;

/** Streams that an engine computes at once.
 *  @throws {RangeError} if `microBatch` does not divide `batch` */
export function microBatchOf({
  batch,
  microBatch = batch,
}: Pick<EngineRequest, 'batch' | 'microBatch'>): number {
  if (!Number.isInteger(microBatch) || microBatch < 1 || batch % microBatch !== 0) {
    throw new RangeError(
      `microBatch: expected a divisor of the batch of ${batch}, found ${microBatch}`,
    );
  }
  return microBatch;
}
