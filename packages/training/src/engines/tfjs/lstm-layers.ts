// What a backend of TF.js gives the network: its way to compute an LSTM layer over a whole window.
//
// Letters: T steps, B sequences, N = T * B rows (row t * B + b is step t of sequence b), I inputs, H hidden units,
// V vocabulary, E embedding. Gates are stacked in TensorFlow's order: i, f, c, o.
import type { Tensor1D, Tensor2D } from './tf.js';

export interface LstmWeights {
  readonly kernel: Tensor2D; // [I, 4H]
  readonly recurrent: Tensor2D; // [H, 4H]
  readonly bias: Tensor1D; // [4H]
}

/** Before the first step or after the last one. No gradient flows through it from window to window. */
export interface LayerState {
  readonly hidden: Tensor2D; // [B, H]
  readonly cell: Tensor2D; // [B, H]
}

export interface LayerOutput extends LayerState {
  readonly rows: Tensor2D; // [N, H]
}

/** The part of a batch that is computed at once. */
export interface Window {
  /** T */
  readonly steps: number;
  /** B */
  readonly batch: number;
  /** int32, [N] */
  readonly tokens: Tensor1D;
  /** Where sequences begin anew within the window: 0 for those that forget their state before this step, else 1;
   *  [B, 1] by step, steps 1..T-1, ascending. The state given for step 0 is already right. */
  readonly resets: ReadonlyMap<number, Tensor2D>;
}

/** The returned state is kept: it outlives `tf.tidy`, and the caller disposes it. */
export interface LstmLayers {
  /** The first layer, which sees tokens.
   *  @param embedding [V, E] */
  first(embedding: Tensor2D, weights: LstmWeights, window: Window, state: LayerState): LayerOutput;
  /** @param rows output of the layer before, [N, I] */
  next(rows: Tensor2D, weights: LstmWeights, window: Window, state: LayerState): LayerOutput;
}
