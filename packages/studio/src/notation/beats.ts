// Where a part plays triplets: each beat is written in 32nds or in triplets of sixteenths, whichever moves its notes less.
import { type Bar, QUARTER, SHORTEST } from './bars.js';

/** A sixteenth of a triplet. */
const TRIPLET_STEP = 4;

export interface Beat {
  /** Units from the start of the piece. */
  readonly start: number;
  /** A quarter, or what is left of the bar. */
  readonly length: number;
  readonly isTriplet: boolean;
}

/** The beats of a part, in order.
 *  @param places where its notes begin and end, in units */
export function beatsOf(bars: readonly Bar[], places: readonly number[]): Beat[] {
  const inOrder = places.toSorted((a, b) => a - b);
  let next = 0;
  return bars.flatMap(({ start, length }) => {
    const beats: Beat[] = [];
    for (let at = start; at < start + length; at += QUARTER) {
      const beatLength = Math.min(QUARTER, start + length - at);
      const inside: number[] = [];
      for (; next < inOrder.length && inOrder[next] < at + beatLength; next++) {
        inside.push(inOrder[next] - at);
      }
      const isTriplet =
        beatLength === QUARTER && loss(inside, TRIPLET_STEP) < loss(inside, SHORTEST);
      beats.push({ start: at, length: beatLength, isTriplet });
    }
    return beats;
  });
}

/** The place nearest to `units` where something can be written. */
export function snap(units: number, beats: readonly Beat[]): number {
  const beat = beatAt(units, beats);
  const step = beat.isTriplet ? TRIPLET_STEP : SHORTEST;
  return beat.start + Math.round((units - beat.start) / step) * step;
}

/** The first place after `units` (itself one) where something can be written. */
export function following(units: number, beats: readonly Beat[]): number {
  return units + (beatAt(units, beats).isTriplet ? TRIPLET_STEP : SHORTEST);
}

/** The beat at a place; the last one for places after the end. */
export function beatAt(units: number, beats: readonly Beat[]): Beat {
  let low = 0;
  let high = beats.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (beats[middle].start <= units) low = middle;
    else high = middle - 1;
  }
  return beats[low];
}

function loss(places: readonly number[], step: number): number {
  return places.reduce((sum, place) => sum + Math.abs(place - Math.round(place / step) * step), 0);
}
