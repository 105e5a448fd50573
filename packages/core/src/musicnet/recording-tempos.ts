// The tempo changes that make a score last as its recording does.
import type { Tempo } from '../score/score.js';
import { MAX_MICROSECONDS_PER_QUARTER } from '../score/validate-score.js';

/** A place of the score whose time in the recording is known. */
export interface Anchor {
  tick: number;
  seconds: number;
}

/** Tempos under which the score passes each anchor at its time, from tick 0 at 0 s on. What rounding leaves over (and a
 *  tempo slower than a file can hold) is made up for on the way to the next anchor; anchors that lie in the past by
 *  then are passed over.
 *  @param anchors ordered by tick */
export function followAnchors(anchors: Anchor[], ticksPerQuarter: number): Tempo[] {
  const tempos: Tempo[] = [];
  let tick = 0;
  let seconds = 0;
  for (const anchor of anchors) {
    const quarters = (anchor.tick - tick) / ticksPerQuarter;
    if (quarters === 0) continue;
    const exact = Math.round(((anchor.seconds - seconds) * 1e6) / quarters);
    if (exact < 1) continue;
    const microsecondsPerQuarter = Math.min(exact, MAX_MICROSECONDS_PER_QUARTER);
    if (tempos.at(-1)?.microsecondsPerQuarter !== microsecondsPerQuarter) {
      tempos.push({ tick, microsecondsPerQuarter });
    }
    seconds += (quarters * microsecondsPerQuarter) / 1e6;
    tick = anchor.tick;
  }
  return tempos;
}
