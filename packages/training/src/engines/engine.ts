// TrainingEngine: the contract between the trainer and whatever computes a training step.
import type { NamedTensors } from '@ostinato/model';
import type { Batch } from '../data/batch.js';

export interface StepOptions {
  /** Learning rate of this step, >= 0. */
  readonly learningRate: number;
}

export interface StepResult {
  /** Mean cross-entropy over the batch's weighted targets, nats per token, before the update. */
  readonly loss: number;
  /** L2 norm of the whole gradient, before clipping. */
  readonly gradientNorm: number;
  /** Share of the weighted targets to which the model, with dropout, gave the highest probability before the update. */
  readonly accuracy: number;
}

export interface EvaluationResult {
  /** Sum of the cross-entropy over the weighted targets, nats. */
  readonly lossSum: number;
  /** Weighted targets to which the model gave the highest probability. */
  readonly correct: number;
  /** Sum of the weights: the number of targets. */
  readonly count: number;
}

/** Everything that the next step depends on, as named float32 tensors. Written to a checkpoint and read back, training
 *  goes on bit for bit (same engine, machine and threads). */
export interface EngineState {
  /** Steps taken. Adam's bias correction and the dropout masks depend on it. */
  readonly step: number;
  readonly parameters: NamedTensors;
  /** Adam's moments: `first.<parameter>` and `second.<parameter>`. */
  readonly moments: NamedTensors;
  /** What the streams of the batch carry from window to window: `hidden.<layer>`, `cell.<layer>`, shape [H, B]. */
  readonly carried: NamedTensors;
}

/** One network in training. Calls are not reentrant: wait for one before the next. */
export interface TrainingEngine {
  /** For the log: engine, provider, threads. */
  readonly description: string;

  /** One optimizer step on one window. The recurrent state is carried to the next window.
   *  @throws {RangeError} if the batch has another shape than the engine was made for */
  step(batch: Batch, options: StepOptions): Promise<StepResult>;

  /** Forward only, without dropout. Carries its own recurrent state from call to call; `reset` clears it first. */
  evaluate(batch: Batch, options: { reset: boolean }): Promise<EvaluationResult>;

  /** A copy of the state; the caller owns it. */
  exportState(): Promise<EngineState>;

  /** Replaces the state.
   *  @throws {CheckpointError} if a tensor is missing, unknown or of another shape */
  importState(state: EngineState): Promise<void>;

  dispose(): Promise<void>;
}
