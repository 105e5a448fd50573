// The learning rate of every step: a straight rise, then half a cosine down (Loshchilov and Hutter 2017, without restarts).
import type { TrainOptions } from './train-options.js';

/** Learning rate of a step.
 *  @param step counted from 1 to `options.steps`; the rate is the peak at `warmupSteps` and the final one at the end */
export function learningRateAt(
  step: number,
  options: Pick<TrainOptions, 'steps' | 'warmupSteps' | 'peakLearningRate' | 'finalLearningRate'>,
): number {
  const { steps, warmupSteps, peakLearningRate, finalLearningRate } = options;
  if (step < warmupSteps) return (peakLearningRate * step) / warmupSteps;
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps));
  const share = (1 + Math.cos(Math.PI * progress)) / 2;
  return finalLearningRate + (peakLearningRate - finalLearningRate) * share;
}
