// The operations of the network around its LSTM layers, each with a gradient of its own. What TF.js would do by itself
// is not in what its core package loads in Node, needs a kernel that the wasm backend lacks (`UnsortedSegmentSum`), sums
// in an order that changes from run to run on a GPU, or multiplies with a transpose flag, which the wasm backend does
// forty times slower than transposing first.
//
// Letters: N rows, I inputs, O outputs, V vocabulary, E embedding, T steps, B sequences, H hidden units.
import {
  type Scalar,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tf,
  withGradient,
} from './tf.js';

/** Rows of a table.
 *  @param table [V, E]
 *  @param ids int32 in 0..V-1, [N]
 *  @returns [N, E] */
export function lookUp(tf: Tf, table: Tensor2D, ids: Tensor1D): Tensor2D {
  const [rows] = table.shape;
  return withGradient(
    tf,
    [table],
    () => tf.gather(table, ids),
    (dy) => {
      const numbers = tf.reshape(tf.range(0, rows, 1, 'int32'), [rows, 1]);
      const places = tf.equal<Tensor2D>(numbers, tf.reshape(ids, [1, ids.size])); // [V, N]
      return [tf.matMul(tf.cast<Tensor2D>(places, 'float32'), dy)];
    },
  );
}

/** x W + b.
 *  @param x [N, I]
 *  @param weight [I, O]
 *  @param bias [O]
 *  @returns [N, O] */
export function affine(tf: Tf, x: Tensor2D, weight: Tensor2D, bias: Tensor1D): Tensor2D {
  return withGradient<Tensor2D>(
    tf,
    [x, weight, bias],
    (save) => {
      save([x, weight]);
      return tf.add(tf.matMul(x, weight), bias);
    },
    (dy, [left, right]) => [
      tf.matMul(dy, tf.transpose(right as Tensor2D)),
      tf.matMul(tf.transpose(left as Tensor2D), dy),
      tf.sum(dy, 0),
    ],
  );
}

/** The rows of a matrix as columns. */
export function transposed(tf: Tf, matrix: Tensor2D): Tensor2D {
  return withGradient<Tensor2D>(
    tf,
    [matrix],
    () => tf.transpose(matrix),
    (dy) => [tf.transpose(dy)],
  );
}

/** Dropout.
 *  @param rows [T * B, H]
 *  @param mask factors, [1 or T, B, H] */
export function masked(tf: Tf, rows: Tensor2D, mask: Tensor3D): Tensor2D {
  const multiply = (values: Tensor2D): Tensor2D => {
    const [, batch, units] = mask.shape;
    return tf.reshape(tf.mul(tf.reshape(values, [-1, batch, units]), mask), values.shape);
  };
  return withGradient<Tensor2D>(
    tf,
    [rows],
    () => multiply(rows),
    (dy) => [multiply(dy)],
  );
}

/** Sum of the weights of the rows whose target is the likeliest.
 *  @param logits [N, V]
 *  @param targets int32, [N]
 *  @param weights [N] */
export function correctCount(
  tf: Tf,
  logits: Tensor2D,
  targets: Tensor1D,
  weights: Tensor1D,
): Scalar {
  const hits = tf.cast(tf.equal(tf.argMax(logits, 1), targets), 'float32');
  return tf.sum(tf.mul(hits, weights));
}

/** Sum of the cross-entropy over rows, each weighted.
 *  @param logits [N, V]
 *  @param targets int32, [N]
 *  @param weights [N] */
export function crossEntropy(
  tf: Tf,
  logits: Tensor2D,
  targets: Tensor1D,
  weights: Tensor1D,
): Scalar {
  const [rows, vocabulary] = logits.shape;
  return withGradient<Scalar>(
    tf,
    [logits],
    (save) => {
      const logProbabilities = logSoftmax(tf, logits);
      // With float32 asked for, the wasm backend writes the bits of integers.
      const places = tf.cast(tf.oneHot(targets, vocabulary), 'float32'); // [N, V]
      save([logProbabilities, places]);
      const picked = tf.sum(tf.mul(logProbabilities, places), 1);
      return tf.neg(tf.sum(tf.mul(picked, weights)));
    },
    (dy, [logProbabilities, places]) => {
      const errors = tf.sub(tf.exp(logProbabilities), places);
      return [tf.mul(errors, tf.reshape(tf.mul(weights, dy), [rows, 1]))];
    },
  );
}

function logSoftmax(tf: Tf, logits: Tensor2D): Tensor2D {
  const shifted = tf.sub(logits, tf.max(logits, 1, true));
  return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), 1, true)));
}
