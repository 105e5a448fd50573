// Gradient clipping and Adam as graph functions.
import type { GraphBuilder } from './builder.js';
import type { Value } from './ir.js';

/** L2 norm over all gradients together. */
export function globalNorm(g: GraphBuilder, gradients: readonly Value[]): Value {
  return g.sqrt(g.sum(gradients.map((gradient) => g.sumOfSquares(gradient))));
}

/** The factor that brings a gradient of this norm down to `maximum`, 1 where it is within (Pascanu et al. 2013). */
export function clipFactor(g: GraphBuilder, norm: Value, maximum: number): Value {
  // The small constant keeps a zero gradient from dividing by zero, as PyTorch's clip_grad_norm_ does.
  return g.min(g.float(1), g.div(g.float(maximum), g.add(norm, g.float(1e-6))));
}

export interface AdamOptions {
  /** Decay of the mean of the gradient, [0, 1). */
  readonly beta1: number;
  /** Decay of the mean of its square, [0, 1). */
  readonly beta2: number;
  /** Added to the denominator, > 0. */
  readonly epsilon: number;
  /** Decoupled weight decay, a share of the weight per unit of learning rate, >= 0. */
  readonly weightDecay: number;
}

/** Scalars that change from step to step. */
export interface AdamSchedule {
  readonly learningRate: Value;
  /** learningRate / (1 - beta1^t), t counted from 1. */
  readonly correctedRate: Value;
  /** 1 / (1 - beta2^t). */
  readonly secondCorrection: Value;
  /** Multiplied to the gradient first: the clip factor. */
  readonly gradientFactor: Value;
}

export interface AdamUpdate {
  readonly parameter: Value;
  readonly first: Value;
  readonly second: Value;
}

/** One AdamW step (Loshchilov & Hutter 2019) for one parameter: new parameter and moments, all of one shape. */
export function adamW(
  g: GraphBuilder,
  { parameter, first, second }: AdamUpdate,
  gradient: Value,
  schedule: AdamSchedule,
  { beta1, beta2, epsilon, weightDecay }: AdamOptions,
): AdamUpdate {
  const { learningRate, correctedRate, secondCorrection, gradientFactor } = schedule;
  const factor1 = g.mul(gradientFactor, g.float(1 - beta1));
  const factor2 = g.mul(g.mul(gradientFactor, gradientFactor), g.float(1 - beta2));
  const nextFirst = g.add(g.mul(first, g.float(beta1)), g.mul(gradient, factor1));
  const squared = g.mul(gradient, gradient);
  const nextSecond = g.add(g.mul(second, g.float(beta2)), g.mul(squared, factor2));
  const deviation = g.add(g.sqrt(g.mul(nextSecond, secondCorrection)), g.float(epsilon));
  const update = g.div(g.mul(nextFirst, correctedRate), deviation);
  const decayed =
    weightDecay === 0
      ? parameter
      : g.mul(parameter, g.sub(g.float(1), g.mul(learningRate, g.float(weightDecay))));
  return { parameter: g.sub(decayed, update), first: nextFirst, second: nextSecond };
}
