// Ticks to seconds and back under a score's tempo changes.
import { DEFAULT_MICROSECONDS_PER_QUARTER } from './score.js';
import type { Score } from './score.js';

/** The clock of a score. Built once, each question costs a binary search over the tempo changes. */
export interface TempoMap {
  /** @param tick a position >= 0; fractions are allowed
   *  @returns seconds from the start of the piece
   *  @throws {RangeError} if `tick` is negative or not finite */
  secondsAt(tick: number): number;
  /** @param seconds a time >= 0 from the start of the piece
   *  @returns the position in ticks, not rounded
   *  @throws {RangeError} if `seconds` is negative or not finite */
  ticksAt(seconds: number): number;
  /** @param tick a position >= 0
   *  @returns the length of a quarter note there, in microseconds
   *  @throws {RangeError} if `tick` is negative or not finite */
  tempoAt(tick: number): number;
}

/** A stretch of constant tempo. */
interface Segment {
  tick: number;
  seconds: number;
  microsecondsPerQuarter: number;
}

/** Builds the clock of a score: piecewise constant tempo, the first one from tick 0, 120 quarters a minute without any.
 *  The map keeps its own copy: later changes of the score do not reach it. */
export function createTempoMap(score: Pick<Score, 'ticksPerQuarter' | 'tempos'>): TempoMap {
  const { ticksPerQuarter } = score;
  const segments = toSegments(score);
  const secondsPerTick = (segment: Segment): number =>
    segment.microsecondsPerQuarter / 1e6 / ticksPerQuarter;

  return {
    secondsAt(tick) {
      requirePosition('tick', tick);
      const segment = lastAtOrBefore(segments, 'tick', tick);
      return segment.seconds + (tick - segment.tick) * secondsPerTick(segment);
    },
    ticksAt(seconds) {
      requirePosition('seconds', seconds);
      const segment = lastAtOrBefore(segments, 'seconds', seconds);
      return segment.tick + (seconds - segment.seconds) / secondsPerTick(segment);
    },
    tempoAt(tick) {
      requirePosition('tick', tick);
      return lastAtOrBefore(segments, 'tick', tick).microsecondsPerQuarter;
    },
  };
}

function toSegments({
  ticksPerQuarter,
  tempos,
}: Pick<Score, 'ticksPerQuarter' | 'tempos'>): Segment[] {
  const first = tempos[0]?.microsecondsPerQuarter ?? DEFAULT_MICROSECONDS_PER_QUARTER;
  let current: Segment = { tick: 0, seconds: 0, microsecondsPerQuarter: first };
  const segments = [current];
  for (const { tick, microsecondsPerQuarter } of tempos.slice(1)) {
    const quarters = (tick - current.tick) / ticksPerQuarter;
    const seconds = current.seconds + (quarters * current.microsecondsPerQuarter) / 1e6;
    current = { tick, seconds, microsecondsPerQuarter };
    segments.push(current);
  }
  return segments;
}

/** The last segment whose `key` is at most `value`; segments ascend and the first starts at 0. */
function lastAtOrBefore(segments: Segment[], key: 'tick' | 'seconds', value: number): Segment {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (segments[middle][key] <= value) low = middle;
    else high = middle - 1;
  }
  return segments[low];
}

function requirePosition(name: string, value: number): void {
  if (!Number.isFinite(value) || value < 0) {
    throw new RangeError(`tempo map: ${name} must be a finite number >= 0, got ${value}`);
  }
}
