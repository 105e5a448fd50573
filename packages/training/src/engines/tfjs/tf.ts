// What the engine needs of TF.js. Its modules are loaded when an engine is made and handed on as values, because a
// native package brings its own copy of them.
import type * as core from '@tensorflow/tfjs-core';

/** The functions of @tensorflow/tfjs-core. */
export type Tf = typeof core;

export type {
  Rank,
  Scalar,
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  TensorContainer,
} from '@tensorflow/tfjs-core';

type Save = (tensors: core.Tensor[]) => void;

/** `tf.customGrad` with its arguments as a list: an operation with a gradient of its own.
 *  @param forward computes the value; what it gives to `save` reaches `gradient`, and ends with it
 *  @param gradient from the gradient of the value to those of `inputs`
 *  @returns the value, which TF.js differentiates by calling `gradient` */
export function withGradient<T extends core.Tensor>(
  tf: Tf,
  inputs: core.Tensor[],
  forward: (save: Save) => T,
  gradient: (dy: T, saved: core.Tensor[]) => core.Tensor[],
): T {
  const operation = tf.customGrad<T>((...args) => ({
    value: forward(args[args.length - 1] as unknown as Save),
    gradFunc: gradient,
  }));
  return operation(...inputs);
}
