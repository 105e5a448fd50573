// A training run in the terminal: one line that changes, and lines that stay.
import type { TrainProgress } from '@ostinato/training';
import type { Progress } from '../terminal/progress.js';
import { sparkline } from '../terminal/sparkline.js';
import { formatCount, formatDuration } from '../terminal/units.js';

/** After so many steps the pace is known well enough to say how long the run will take; not worth a line if it is done
 *  before the line is read. */
const PROBE_STEPS = 3;
const SHORT_SECONDS = 10;
/** Characters of the loss curve, and of how many losses at most it is drawn; then every other one is dropped. */
const CURVE_WIDTH = 16;
const MOST_LOSSES = 1024;

/** Shows what a run tells. */
export function showTraining(progress: Progress): (event: TrainProgress) => void {
  const curve = new Curve();
  let first = 0;
  return (event) => {
    switch (event.kind) {
      case 'warning':
        progress.note(`warning: ${event.message}`);
        break;
      case 'start':
        first = event.step;
        progress.note(`training by ${event.engine}, from step ${event.step} to ${event.steps}`);
        break;
      case 'step':
        curve.add(event.loss);
        if (event.step === first + PROBE_STEPS && event.secondsLeft >= SHORT_SECONDS) {
          progress.note(
            `about ${formatDuration(event.secondsLeft)} to go by the pace of the first ${PROBE_STEPS} steps, evaluations not counted`,
          );
        }
        progress.update(
          `step ${event.step}/${event.steps}, loss ${event.loss.toFixed(3)} ${curve.toString()} ` +
            `${formatCount(event.tokensPerSecond)} tokens/s, ${formatDuration(event.secondsLeft)} left`,
        );
        break;
      case 'evaluation':
        progress.note(describeEvaluation(event));
        break;
      case 'checkpoint':
        break; // one line for each would drown the evaluations
    }
  };
}

function describeEvaluation(event: Extract<TrainProgress, { kind: 'evaluation' }>): string {
  const { step, loss, accuracy, best, sinceBest, cutTo } = event;
  const standing = best
    ? ', the best so far'
    : sinceBest > 0
      ? `, ${sinceBest} since the best`
      : '';
  const cut = cutTo === null ? '' : `; learning rate cut to ${cutTo.toPrecision(3)}`;
  return (
    `step ${step}: validation loss ${loss.toFixed(4)} nats per token, ` +
    `accuracy ${(100 * accuracy).toFixed(1)} %${standing}${cut}`
  );
}

/** The losses of a session in bounded memory. */
class Curve {
  #losses: number[] = [];
  /** Every so many steps one is kept. */
  #stride = 1;
  #seen = 0;

  add(loss: number): void {
    if (this.#seen++ % this.#stride !== 0) return;
    this.#losses.push(loss);
    if (this.#losses.length < MOST_LOSSES) return;
    this.#losses = this.#losses.filter((_, index) => index % 2 === 0);
    this.#stride *= 2;
  }

  toString(): string {
    return sparkline(this.#losses, CURVE_WIDTH);
  }
}
