import { describe, expect, it } from 'vitest';
import { afterEvaluation, NO_EVALUATION, stopsEarly } from './schedule-state.js';
import { resolveTrainOptions, type TrainOptions } from './train-options.js';

const plateau = resolveTrainOptions({
  schedule: 'plateau',
  plateauPatience: 2,
  plateauFactor: 0.1,
  peakLearningRate: 0.1,
  finalLearningRate: 0.001,
  warmupSteps: 10,
  earlyStopping: 3,
});

/** The states after evaluations every 10 steps from step 10 on; `+` is a better one, `-` is not. */
function states(evaluations: string, options: TrainOptions = plateau) {
  let state = NO_EVALUATION;
  return Array.from(evaluations, (sign, index) => {
    state = afterEvaluation(state, { step: 10 * (index + 1), better: sign === '+' }, options);
    return state;
  });
}

describe('a plateau', () => {
  it('cuts the rate after so many evaluations without a better one, and counts anew', () => {
    expect(states('+-+---').map(({ cuts }) => cuts)).toEqual([0, 0, 0, 0, 1, 1]);
    expect(states('+----').map(({ cuts }) => cuts)).toEqual([0, 0, 1, 1, 2]);
  });

  it('does not cut below the final rate', () => {
    expect(states('+--------').at(-1)?.cuts).toBe(2); // 0.1, 0.01, 0.001
  });

  it('does not count evaluations of the warm-up', () => {
    const late = { ...plateau, warmupSteps: 45 };
    expect(states('+-----', late).map(({ sinceBest }) => sinceBest)).toEqual([0, 0, 0, 0, 1, 2]);
  });

  it('does not cut with another schedule', () => {
    expect(states('+-----', { ...plateau, schedule: 'cosine' }).at(-1)?.cuts).toBe(0);
  });
});

describe('early stopping', () => {
  it('stops after so many evaluations without a better one, whatever was cut', () => {
    const stops = states('+--+---').map((state) => stopsEarly(state, plateau));
    expect(stops).toEqual([false, false, false, false, false, false, true]);
  });

  it('is off at 0', () => {
    expect(
      stopsEarly({ ...NO_EVALUATION, sinceBest: 1000 }, { ...plateau, earlyStopping: 0 }),
    ).toBe(false);
  });
});
