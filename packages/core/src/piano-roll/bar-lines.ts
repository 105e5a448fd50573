// Where the bars of a score begin, thinned until they can be told apart.
import type { Score, TimeSignature } from '../score/score.js';

export interface BarLine {
  /** Counted from 1. */
  readonly bar: number;
  readonly tick: number;
}

const COMMON_TIME: TimeSignature = { tick: 0, numerator: 4, denominator: 4 };
const STRIDES = [1, 2, 4, 8, 16, 20, 50, 100];

/** Bar lines from tick 0 to `endTick`, every nth bar, with the smallest usual n that gives at most `most` of them. */
export function barLines(score: Score, endTick: number, most: number): BarLine[] {
  const stretches = metreStretches(score, endTick);
  const last = stretches.at(-1)!;
  const total = last.firstBar + last.bars;
  let stride = STRIDES.find((candidate) => total / candidate <= most) ?? 200;
  while (total / stride > most) stride *= 2;

  return stretches.flatMap(({ tick, barTicks, firstBar, bars }) => {
    const lines: BarLine[] = [];
    const firstIndex = Math.ceil(firstBar / stride) * stride;
    for (let index = firstIndex; index < firstBar + bars; index += stride) {
      lines.push({ bar: index + 1, tick: tick + (index - firstBar) * barTicks });
    }
    return lines;
  });
}

/** A stretch of one metre. A change inside a bar begins a new bar. */
interface Stretch {
  tick: number;
  barTicks: number;
  /** Counted from 0. */
  firstBar: number;
  bars: number;
}

function metreStretches({ timeSignatures, ticksPerQuarter }: Score, endTick: number): Stretch[] {
  const signatures = timeSignatures.length > 0 ? timeSignatures : [COMMON_TIME];
  const stretches: Stretch[] = [];
  let firstBar = 0;
  signatures.forEach(({ tick, numerator, denominator }, i) => {
    if (i > 0 && tick >= endTick) return;
    const end = Math.max(tick, Math.min(signatures[i + 1]?.tick ?? endTick, endTick));
    const barTicks = (ticksPerQuarter * 4 * numerator) / denominator;
    const bars = Math.ceil((end - tick) / barTicks);
    stretches.push({ tick, barTicks, firstBar, bars });
    firstBar += bars;
  });
  return stretches;
}
