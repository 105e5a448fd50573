// The learning rate of every step: a straight rise, then what the schedule says. Cosine: Loshchilov and Hutter 2017,
// without restarts.
import type { TrainOptions } from './train-options.js';

export type LearningRateOptions = Pick<
  TrainOptions,
  'steps' | 'warmupSteps' | 'peakLearningRate' | 'finalLearningRate' | 'schedule' | 'plateauFactor'
>;

/** Learning rate of a step.
 *  @param step counted from 1 to `options.steps`; the rate is the peak at `warmupSteps`, and with the cosine the final one
 *    at the end
 *  @param cuts how often a plateau has cut the rate so far; the rate does not fall below the final one. Default 0 */
export function learningRateAt(step: number, options: LearningRateOptions, cuts = 0): number {
  const { steps, warmupSteps, peakLearningRate, finalLearningRate } = options;
  if (step < warmupSteps) return (peakLearningRate * step) / warmupSteps;
  switch (options.schedule) {
    case 'constant':
      return peakLearningRate;
    case 'plateau':
      return Math.max(finalLearningRate, peakLearningRate * options.plateauFactor ** cuts);
    case 'cosine': {
      const progress = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps));
      const share = (1 + Math.cos(Math.PI * progress)) / 2;
      return finalLearningRate + (peakLearningRate - finalLearningRate) * share;
    }
  }
}
