// LSTM layers for the `tensorflow` backend: TensorFlow's kernels for a whole sequence.
// https://www.tensorflow.org/api_docs/python/tf/raw_ops/BlockLSTMV2
//
// The kernel cannot forget a state in mid-window. A window is cut where a piece begins, and each part starts from the
// state of the one before with the rows of the new pieces set to zero. That is exact, and costs one more call for each
// step at which any sequence begins anew: about one in a window of 128 steps of 32 sequences when pieces have 4,000
// tokens.
import type { LayerOutput, LayerState, LstmLayers, LstmWeights, Window } from './lstm-layers.js';
import { lookUp } from './operations.js';
import type { TensorFlowOperations } from './tensorflow-operations.js';
import {
  type Rank,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tf,
  withGradient,
} from './tf.js';

/** A run of steps without a reset inside. */
interface Part {
  readonly from: number;
  readonly count: number;
  /** Factor of the state before it, [B, 1]. */
  readonly keep: Tensor2D | undefined;
}

/** LSTM layers on BlockLSTMV2 and BlockLSTMGradV2. */
export function createBlockLstm(tf: Tf, operations: TensorFlowOperations): LstmLayers {
  const next: LstmLayers['next'] = (rows, weights, window, state) =>
    blockLstm(tf, operations, rows, weights, window, state);
  return {
    next,
    first: (embedding, weights, window, state) =>
      next(lookUp(tf, embedding, window.tokens), weights, window, state),
  };
}

function blockLstm(
  tf: Tf,
  operations: TensorFlowOperations,
  rows: Tensor2D,
  { kernel, recurrent, bias }: LstmWeights,
  window: Window,
  before: LayerState,
): LayerOutput {
  const { steps, batch } = window;
  const units = recurrent.shape[0];
  const parts = partsOf(window);
  let after = before;
  const sequence = withGradient<Tensor2D>(
    tf,
    [rows, kernel, recurrent, bias],
    (save) => {
      const x = tf.reshape<Rank.R3>(rows, [steps, batch, -1]);
      const weights = tf.concat([kernel, recurrent], 0); // [I + H, 4H]
      const peepholes = tf.zeros([units]); // not used, but asked for
      const sequences: Tensor3D[] = [];
      const saved: Tensor[] = [];
      for (const part of parts) {
        const { hidden, cell } = forget(tf, after, part.keep);
        const inputs: Tensor[] = [stepsOf(tf, x, part), cell, hidden, weights];
        inputs.push(peepholes, peepholes, peepholes, bias);
        const outputs = operations.blockLstm(part.count, inputs);
        const [, cells, , , , , hiddens] = outputs as Tensor3D[]; // i, cs, f, o, ci, co, h
        after = { hidden: lastStep(tf, hiddens), cell: lastStep(tf, cells) };
        sequences.push(hiddens);
        saved.push(...inputs, ...outputs);
      }
      save(saved);
      tf.keep(after.hidden);
      tf.keep(after.cell);
      return tf.reshape(tf.concat(sequences, 0), [steps * batch, units]);
    },
    (dy, saved) => {
      const dSequence = tf.reshape<Rank.R3>(dy, [steps, batch, units]);
      const flow = blockLstmGradient(tf, operations, parts, dSequence, saved);
      return [
        tf.reshape(flow.dx, rows.shape),
        tf.slice(flow.dWeights, [0, 0], kernel.shape),
        tf.slice(flow.dWeights, [kernel.shape[0], 0], recurrent.shape),
        flow.dBias,
      ];
    },
  );
  return { rows: sequence, ...after };
}

function blockLstmGradient(
  tf: Tf,
  operations: TensorFlowOperations,
  parts: readonly Part[],
  dy: Tensor3D,
  saved: readonly Tensor[],
): { dx: Tensor; dWeights: Tensor; dBias: Tensor } {
  const eachPart = saved.length / parts.length;
  const dxs: Tensor[] = [];
  const dWeights: Tensor[] = [];
  const dBiases: Tensor[] = [];
  let later: LayerState | undefined; // the gradient of the state after a part
  for (const [index, part] of [...parts.entries()].reverse()) {
    const own = saved.slice(index * eachPart, (index + 1) * eachPart);
    const dHiddens = stepsOf(tf, dy, part);
    const [dx, dCell, dHidden, dWeight, , , , dBias] = operations.blockLstmGradient(part.count, [
      ...own,
      addToLastStep(tf, tf.zerosLike(dHiddens), later?.cell),
      addToLastStep(tf, dHiddens, later?.hidden),
    ]);
    later = forget(tf, { hidden: dHidden as Tensor2D, cell: dCell as Tensor2D }, part.keep);
    dxs.unshift(dx);
    dWeights.push(dWeight);
    dBiases.push(dBias);
  }
  return { dx: tf.concat(dxs, 0), dWeights: tf.addN(dWeights), dBias: tf.addN(dBiases) };
}

function partsOf({ steps, resets }: Window): Part[] {
  const starts = [0, ...resets.keys()];
  return starts.map((from, index) => ({
    from,
    count: (starts[index + 1] ?? steps) - from,
    keep: resets.get(from),
  }));
}

function forget(tf: Tf, state: LayerState, keep: Tensor2D | undefined): LayerState {
  if (!keep) return state;
  return { hidden: tf.mul(state.hidden, keep), cell: tf.mul(state.cell, keep) };
}

function stepsOf(tf: Tf, sequence: Tensor3D, { from, count }: Part): Tensor3D {
  if (count === sequence.shape[0]) return sequence;
  return tf.slice(sequence, [from, 0, 0], [count, -1, -1]);
}

function lastStep(tf: Tf, sequence: Tensor3D): Tensor2D {
  const [steps, batch, units] = sequence.shape;
  return tf.reshape(tf.slice(sequence, [steps - 1, 0, 0], [1, -1, -1]), [batch, units]);
}

function addToLastStep(tf: Tf, sequence: Tensor3D, last: Tensor2D | undefined): Tensor3D {
  if (!last) return sequence;
  const [steps, batch, units] = sequence.shape;
  const earlier = tf.zeros<Rank.R3>([steps - 1, batch, units]);
  return tf.add(sequence, tf.concat([earlier, tf.reshape<Rank.R3>(last, [1, batch, units])], 0));
}
