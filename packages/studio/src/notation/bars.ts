// The bars and beats of a score on the grid of written music: 24 units a quarter, so that 32nds and triplets are whole.
import type { Score } from '@ostinato/core';

/** Units in a quarter note. */
export const QUARTER = 24;
/** A 32nd note, the shortest that is written. */
export const SHORTEST = 3;

const COMMON_TIME = { tick: 0, numerator: 4, denominator: 4 };

export interface Bar {
  /** Units from the start of the piece. */
  readonly start: number;
  readonly length: number;
  readonly numerator: number;
  readonly denominator: number;
  /** A change of metre inside it has cut it. */
  readonly isCut: boolean;
}

/** A place in units, not rounded. */
export function toUnits(
  ticks: number,
  { ticksPerQuarter }: Pick<Score, 'ticksPerQuarter'>,
): number {
  return (ticks * QUARTER) / ticksPerQuarter;
}

/** The bars up to a place, at least one. A metre whose bar cannot be written in 32nds counts as 4/4.
 *  @param end in units */
export function barsOf(score: Score, end: number): Bar[] {
  const signatures = score.timeSignatures.length > 0 ? score.timeSignatures : [COMMON_TIME];
  const starts = signatures.map(
    ({ tick }) => Math.round(toUnits(tick, score) / SHORTEST) * SHORTEST,
  );
  const bars: Bar[] = [];
  signatures.forEach((signature, i) => {
    const written = (4 * QUARTER * signature.numerator) / signature.denominator;
    const { numerator, denominator } = written % SHORTEST === 0 ? signature : COMMON_TIME;
    const whole = (4 * QUARTER * numerator) / denominator;
    const limit = i + 1 < starts.length ? starts[i + 1] : Infinity;
    for (let start = starts[i]; start < limit && (start < end || bars.length === 0);) {
      const length = Math.min(whole, limit - start);
      bars.push({ start, length, numerator, denominator, isCut: length < whole });
      start += length;
    }
  });
  return bars;
}
