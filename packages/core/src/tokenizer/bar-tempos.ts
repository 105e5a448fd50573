// One tempo for each bar: the mean over the bar, weighted by time, so that a bar lasts as long as it did.
import { DEFAULT_MICROSECONDS_PER_QUARTER } from '../score/score.js';
import type { Score } from '../score/score.js';
import type { TempoScale } from './grid.js';
import type { GridLoss } from './grid-loss.js';
import { POSITIONS_PER_QUARTER, tempoBin, tempoOfBin } from './grid.js';
import type { PlannedBar } from './metre.js';

/** A stretch of constant tempo within a bar. */
interface Stretch {
  quarters: number;
  microsecondsPerQuarter: number;
}

/** The tempo bin of every bar; the error, and bars off the scale, are counted in `loss`. */
export function tempoBinsOfBars(
  { ticksPerQuarter, tempos }: Score,
  bars: readonly PlannedBar[],
  scale: TempoScale,
  loss: GridLoss,
): number[] {
  let index = 0; // the last tempo at or before the place reached
  let tempo = tempos[0]?.microsecondsPerQuarter ?? DEFAULT_MICROSECONDS_PER_QUARTER;
  return bars.map(({ start, length }) => {
    const stretches: Stretch[] = [];
    let from = start / POSITIONS_PER_QUARTER; // quarters
    const end = (start + length) / POSITIONS_PER_QUARTER;
    while (from < end) {
      const next = tempos[index + 1];
      const to = next === undefined ? end : Math.min(end, next.tick / ticksPerQuarter);
      if (to > from) stretches.push({ quarters: to - from, microsecondsPerQuarter: tempo });
      from = Math.max(from, to);
      if (from < end && next !== undefined) {
        tempo = next.microsecondsPerQuarter;
        index++;
      }
    }
    return binOf(stretches, scale, loss);
  });
}

function binOf(stretches: readonly Stretch[], scale: TempoScale, loss: GridLoss): number {
  let [quarters, microseconds] = [0, 0];
  for (const stretch of stretches) {
    quarters += stretch.quarters;
    microseconds += stretch.quarters * stretch.microsecondsPerQuarter;
  }
  const bpm = (60_000_000 * quarters) / microseconds;
  if (bpm < scale.lowestBpm || bpm > scale.highestBpm) loss.temposClipped++;
  const bin = tempoBin(bpm, scale);
  const said = tempoOfBin(bin, scale);
  for (const stretch of stretches) {
    const seconds = (stretch.quarters * stretch.microsecondsPerQuarter) / 1e6;
    loss.tempo.seconds += seconds;
    loss.tempo.errorSeconds += seconds * Math.abs(stretch.microsecondsPerQuarter / said - 1);
  }
  return bin;
}
