// Spans of time as written notes: their values, dots and triplets, tied where one value is not enough.
import { type Bar, QUARTER } from './bars.js';
import { type Beat, beatAt } from './beats.js';

type ValueName = 'whole' | 'half' | 'quarter' | 'eighth' | '16th' | '32nd';

export interface NoteValue {
  readonly name: ValueName;
  readonly dots: 0 | 1;
  /** Three in the time of two. */
  readonly isTriplet: boolean;
  /** Units. */
  readonly duration: number;
}

const NAMES: readonly (readonly [ValueName, number])[] = [
  ['whole', 4 * QUARTER],
  ['half', 2 * QUARTER],
  ['quarter', QUARTER],
  ['eighth', QUARTER / 2],
  ['16th', QUARTER / 4],
  ['32nd', QUARTER / 8],
];

/** With the distance in a bar at which each value may begin: a syncopation by half its length, no further. */
const PLAIN = NAMES.flatMap(([name, duration]) => {
  const grid = Math.max(QUARTER / 8, duration / 2);
  const plain = { value: { name, dots: 0, isTriplet: false, duration }, grid } as const;
  if (name === 'whole' || name === '32nd') return [plain];
  const dotted = { name, dots: 1, isTriplet: false, duration: duration * 1.5 } as const;
  return [{ value: dotted, grid }, plain];
}).sort((a, b) => b.value.duration - a.value.duration);

/** Longest first; 12 units are an eighth with a dot, three of a triplet's sixteenths. */
const TRIPLETS: readonly NoteValue[] = [
  { name: 'quarter', dots: 0, isTriplet: true, duration: 16 },
  { name: 'eighth', dots: 1, isTriplet: true, duration: 12 },
  { name: 'eighth', dots: 0, isTriplet: true, duration: 8 },
  { name: '16th', dots: 0, isTriplet: true, duration: 4 },
];

/** The values of a span inside of one bar, in order.
 *  @param from, to units from the start of the piece, where something can be written */
export function valuesOf(from: number, to: number, bar: Bar, beats: readonly Beat[]): NoteValue[] {
  const values: NoteValue[] = [];
  for (let at = from; at < to; at += values.at(-1)!.duration) {
    const beat = beatAt(at, beats);
    const beatEnd = beat.start + beat.length;
    if (beat.isTriplet && (at > beat.start || to < beatEnd)) {
      const left = Math.min(to, beatEnd) - at;
      values.push(TRIPLETS.find(({ duration }) => duration <= left)!);
    } else {
      values.push(longestPlain(at, to, bar, beats));
    }
  }
  return values;
}

/** The longest value without a triplet that fits. It may cover triplet beats, but not end inside of one. */
function longestPlain(at: number, to: number, bar: Bar, beats: readonly Beat[]): NoteValue {
  const found = PLAIN.find(({ value: { duration }, grid }) => {
    const end = at + duration;
    if (end > to || (at - bar.start) % grid !== 0) return false;
    const beat = beatAt(end, beats);
    return !beat.isTriplet || end === beat.start || end >= beat.start + beat.length;
  });
  if (!found) throw new Error(`internal: nothing before ${to} can be written at ${at}`);
  return found.value;
}
