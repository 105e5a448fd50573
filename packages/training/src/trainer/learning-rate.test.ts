import { describe, expect, it } from 'vitest';
import { type LearningRateOptions, learningRateAt } from './learning-rate.js';

const options: LearningRateOptions = {
  steps: 110,
  warmupSteps: 10,
  peakLearningRate: 1,
  finalLearningRate: 0.1,
  schedule: 'cosine',
  plateauFactor: 0.5,
};

describe('learningRateAt', () => {
  it.each([
    ['the first step', 1, 0.1],
    ['half of the warm-up', 5, 0.5],
    ['the end of the warm-up', 10, 1],
    ['halfway down', 60, 0.55],
    ['the last step', 110, 0.1],
    ['beyond', 200, 0.1],
  ])('at %s', (_where, step, expected) => {
    expect(learningRateAt(step, options)).toBeCloseTo(expected, 12);
  });

  it('never rises after the warm-up', () => {
    for (let step = 10; step < 110; step++) {
      expect(learningRateAt(step + 1, options)).toBeLessThan(learningRateAt(step, options));
    }
  });

  it('starts at the peak without a warm-up', () => {
    expect(learningRateAt(1, { ...options, steps: 1000, warmupSteps: 0 })).toBeCloseTo(1, 4);
  });

  it('only rises where the warm-up is longer than the run', () => {
    expect(learningRateAt(3, { ...options, steps: 3 })).toBeCloseTo(0.3, 12);
  });

  it('stays at the peak with a constant schedule', () => {
    const constant: LearningRateOptions = { ...options, schedule: 'constant' };
    expect([5, 10, 60, 110].map((step) => learningRateAt(step, constant))).toEqual([0.5, 1, 1, 1]);
  });

  it('is cut on a plateau, and not below the final rate', () => {
    const plateau: LearningRateOptions = { ...options, schedule: 'plateau' };
    expect([0, 1, 2, 3, 4].map((cuts) => learningRateAt(60, plateau, cuts))).toEqual([
      1, 0.5, 0.25, 0.125, 0.1,
    ]);
  });
});
