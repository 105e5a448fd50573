// The LSTM language model of @ostinato/model in TF.js: the same equations, with rows instead of columns.
//
// Letters: T steps, B sequences, N = T * B, V vocabulary, H hidden units.
import type { LstmConfig } from '@ostinato/model';
import type { LayerState, LstmLayers, Window } from './lstm-layers.js';
import { affine, masked, transposed } from './operations.js';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tf } from './tf.js';

/** Parameters in TensorFlow's layout, by the names of `lstmParameters`. */
export type Parameters = ReadonlyMap<string, Tensor>;

export interface NetworkOutput {
  /** Unnormalised, [N, V]. */
  readonly logits: Tensor2D;
  /** After the last step, one for each layer; kept: the caller disposes it. */
  readonly state: readonly LayerState[];
}

/** @param masks while training with dropout: for each layer 0 and 1 / (1 - p), [1 or T, B, H] */
export function forward(
  tf: Tf,
  layers: LstmLayers,
  config: LstmConfig,
  parameters: Parameters,
  window: Window,
  state: readonly LayerState[],
  masks: readonly Tensor3D[],
): NetworkOutput {
  const embedding = parameters.get('embedding.weight') as Tensor2D;
  const after: LayerState[] = [];
  let rows: Tensor2D | undefined;
  for (const [layer, before] of state.entries()) {
    const weights = {
      kernel: parameters.get(`lstm.${layer}.input.weight`) as Tensor2D,
      recurrent: parameters.get(`lstm.${layer}.recurrent.weight`) as Tensor2D,
      bias: parameters.get(`lstm.${layer}.bias`) as Tensor1D,
    };
    const output = rows
      ? layers.next(rows, weights, window, before)
      : layers.first(embedding, weights, window, before);
    after.push({ hidden: output.hidden, cell: output.cell });
    const mask = masks[layer];
    rows = mask ? masked(tf, output.rows, mask) : output.rows;
  }
  const weight = config.tiedOutput
    ? transposed(tf, embedding)
    : (parameters.get('output.weight') as Tensor2D);
  const bias = parameters.get('output.bias') as Tensor1D;
  return { logits: affine(tf, rows as Tensor2D, weight, bias), state: after };
}
