// What evaluations decide: when a plateau cuts the learning rate, and when a run stops early.
import type { ScheduleState } from '../checkpoint/checkpoint-state.js';
import { learningRateAt } from './learning-rate.js';
import type { TrainOptions } from './train-options.js';

/** Before the first evaluation. */
export const NO_EVALUATION: ScheduleState = { sinceBest: 0, sinceCut: 0, cuts: 0 };

/** The state after an evaluation. During the warm-up nothing is counted: the rate that is judged is not reached yet.
 *  @param better whether no evaluation before had a lower loss */
export function afterEvaluation(
  state: ScheduleState,
  { step, better }: { readonly step: number; readonly better: boolean },
  options: TrainOptions,
): ScheduleState {
  if (better || step < options.warmupSteps) return { ...state, sinceBest: 0, sinceCut: 0 };
  const sinceBest = state.sinceBest + 1;
  const sinceCut = state.sinceCut + 1;
  const { schedule, plateauPatience } = options;
  const due = schedule === 'plateau' && sinceCut >= plateauPatience;
  if (due && canBeCut(step, state.cuts, options)) {
    return { sinceBest, sinceCut: 0, cuts: state.cuts + 1 };
  }
  return { sinceBest, sinceCut, cuts: state.cuts };
}

/** At the final rate there is nothing left to cut, but for the rounding of the cuts before. */
function canBeCut(step: number, cuts: number, options: TrainOptions): boolean {
  const ROUNDING = 1e-9;
  const rate = learningRateAt(step, options, cuts);
  return learningRateAt(step, options, cuts + 1) < rate * (1 - ROUNDING);
}

/** Whether a run ends before its last step. */
export function stopsEarly({ sinceBest }: ScheduleState, { earlyStopping }: TrainOptions): boolean {
  return earlyStopping > 0 && sinceBest >= earlyStopping;
}
