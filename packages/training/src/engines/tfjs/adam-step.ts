// Clipping by global norm and AdamW, with the formulas of @ostinato/graph's optimizer, so that all engines take the same
// steps. TF.js's own Adam has neither decoupled decay nor moments that could be stored.
import type { OptimizerOptions } from '../engine-factory.js';
import type { Tensor, Tf } from './tf.js';

/** One parameter with Adam's moments, all of one shape. */
export interface Learned {
  readonly parameter: Tensor;
  readonly first: Tensor;
  readonly second: Tensor;
}

/** L2 norm over all gradients together, a scalar. Row by row: the wasm backend adds numbers one after the other, and over a
 *  million of them float32 loses the fourth digit. */
export function globalNorm(tf: Tf, gradients: readonly Tensor[]): Tensor {
  return tf.tidy(() => {
    const sums = gradients.map((gradient) => tf.sum(tf.sum(tf.square(gradient), -1)));
    return tf.sqrt(tf.addN(sums));
  });
}

/** The factor that brings a gradient of this norm down to `maximum`, 1 where it is within. */
export function clipFactor(tf: Tf, norm: Tensor, maximum: number): Tensor {
  return tf.tidy(() => tf.minimum(1, tf.div(maximum, tf.add(norm, 1e-6))));
}

/** What changes from step to step. */
export interface AdamSchedule {
  /** Multiplied to the gradient first: the clip factor, a scalar. */
  readonly factor: Tensor;
  /** Counted from 1. */
  readonly step: number;
  readonly learningRate: number;
}

/** One AdamW step for one parameter.
 *  @returns new tensors; the old ones stay the caller's */
export function adamStep(
  tf: Tf,
  { parameter, first, second }: Learned,
  gradient: Tensor,
  { factor, step, learningRate }: AdamSchedule,
  { beta1, beta2, epsilon, weightDecay }: OptimizerOptions,
): Learned {
  return tf.tidy(() => {
    const factor2 = tf.mul(tf.square(factor), 1 - beta2);
    const nextFirst = tf.add(tf.mul(first, beta1), tf.mul(gradient, tf.mul(factor, 1 - beta1)));
    const nextSecond = tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), factor2));
    const deviation = tf.add(tf.sqrt(tf.mul(nextSecond, 1 / (1 - beta2 ** step))), epsilon);
    const update = tf.div(tf.mul(nextFirst, learningRate / (1 - beta1 ** step)), deviation);
    // Biases are not decayed: they do not make the function rougher.
    const decay = parameter.rank > 1 ? learningRate * weightDecay : 0;
    const decayed = decay === 0 ? parameter : tf.mul(parameter, 1 - decay);
    return { parameter: tf.sub(decayed, update), first: nextFirst, second: nextSecond };
  });
}
