// From a batch in arrays to the tensors of one part of it.
//
// Letters: T steps, B sequences of the whole batch, b those of the part, H hidden units, V vocabulary.
import type { Batch } from '../../data/batch.js';
import { TrainingError } from '../../trainer/training-error.js';
import type { Window } from './lstm-layers.js';
import type { Tensor1D, Tensor2D, Tensor3D, Tf } from './tf.js';

/** Sequences `from` to `from + count` of a batch, computed at once. */
export interface BatchPart {
  readonly from: number;
  readonly count: number;
}

export interface WindowTensors {
  readonly window: Window;
  readonly targets: Tensor1D; // [T * b]
  readonly weights: Tensor1D; // [T * b]
}

export function windowTensors(tf: Tf, batch: Batch, part: BatchPart): WindowTensors {
  const { steps } = batch;
  const { count } = part;
  const columns = <A extends Float32Array | Int32Array>(matrix: A): A =>
    columnsOf(matrix, batch.batch, part);
  const keep = columns(batch.keep);
  const resets = new Map<number, Tensor2D>();
  for (let t = 1; t < steps; t++) {
    const row = keep.slice(t * count, (t + 1) * count);
    if (row.includes(0)) resets.set(t, tf.tensor2d(row, [count, 1]));
  }
  const tokens = tf.tensor1d(columns(batch.tokens), 'int32');
  return {
    window: { steps, batch: count, tokens, resets },
    targets: tf.tensor1d(columns(batch.targets), 'int32'),
    weights: tf.tensor1d(columns(batch.weights)),
  };
}

/** A dropout mask for a part, scaled so that the mean stays (inverted dropout).
 *  @param mask bytes of 1 and 0 for the whole batch, [1 or T, H, B]
 *  @returns 0 and 1 / (1 - dropout), [1 or T, b, H] */
export function maskTensor(
  tf: Tf,
  mask: Uint8Array,
  units: number,
  batch: number,
  { from, count }: BatchPart,
  dropout: number,
): Tensor3D {
  const steps = mask.length / (units * batch);
  const scale = 1 / (1 - dropout);
  const factors = new Float32Array(steps * count * units);
  for (let at = 0; at < factors.length; at++) {
    const unit = at % units;
    const row = (at - unit) / units;
    const stream = from + (row % count);
    const step = Math.floor(row / count);
    factors[at] = (mask[(step * units + unit) * batch + stream] ?? 0) * scale;
  }
  return tf.tensor3d(factors, [steps, count, units]);
}

/** The kernels of TF.js read what lies beside a table when an id is outside of it; ours ends instead.
 *  @throws {TrainingError} `engine` if a token or target is outside the vocabulary */
export function checkIds({ tokens, targets, steps, batch }: Batch, vocabularySize: number): void {
  for (const [what, ids] of Object.entries({ token: tokens, target: targets })) {
    for (const id of ids) {
      if (id >= 0 && id < vocabularySize) continue;
      throw new TrainingError(
        'engine',
        `a window of ${batch} x ${steps} tokens could not be computed: ${what} ${id} is outside the vocabulary of ${vocabularySize}; was the corpus prepared with another tokenizer?`,
      );
    }
  }
}

/** Columns of a matrix whose rows hold one value for each sequence. */
function columnsOf<A extends Float32Array | Int32Array>(
  matrix: A,
  batch: number,
  { from, count }: BatchPart,
): A {
  if (count === batch) return matrix;
  const part = matrix.slice(0, (matrix.length / batch) * count) as A;
  for (let row = 0; row < part.length / count; row++) {
    const start = row * batch + from;
    part.set(matrix.subarray(start, start + count), row * count);
  }
  return part;
}
