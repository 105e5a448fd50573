// Bars: walks a piece by its time signatures, using only the signatures of the vocabulary. Notes never move because
// of metre; where a signature cannot be said, bar lines fall elsewhere, and the plan counts it.
import { LONGEST_BAR, POSITIONS_PER_QUARTER } from './grid.js';

/** A time signature without its place. */
export interface Metre {
  readonly numerator: number;
  readonly denominator: number;
}

/** A time signature from a grid position on. */
export interface MetreChange extends Metre {
  readonly position: number;
}

export interface PlannedBar {
  /** Positions from the start of the piece. */
  readonly start: number;
  /** Positions. */
  readonly length: number;
  /** Index into the vocabulary's time signatures. */
  readonly signature: number;
}

export interface BarPlan {
  bars: PlannedBar[];
  /** Bars made shorter because a new signature begins inside of them. */
  cutBars: number;
  /** Signatures that begin late, because the bar before them could not be cut. */
  delayedSignatures: number;
  /** Bars whose signature is not the score's, because the vocabulary lacks it. */
  approximatedBars: number;
}

/** Length of a bar in positions; not always an integer (1/64 is 1.5). */
export function barLength({ numerator, denominator }: Metre): number {
  return (4 * POSITIONS_PER_QUARTER * numerator) / denominator;
}

/** `3/4` */
export function metreName({ numerator, denominator }: Metre): string {
  return `${numerator}/${denominator}`;
}

/** Every signature that a vocabulary may hold, the common denominators first. */
export const ALL_METRES: readonly Metre[] = [4, 8, 2, 16, 1, 32].flatMap((denominator) => {
  const longest = (LONGEST_BAR * denominator) / (4 * POSITIONS_PER_QUARTER);
  return Array.from({ length: longest }, (_, i) => ({ numerator: i + 1, denominator }));
});

/** Lays bars from position 0 until the one that holds `lastOnset`.
 *  @param changes ordered by position; the first applies from 0 on; 4/4 if there is none
 *  @param lastOnset position of the last note
 *  @param metres the vocabulary's signatures
 *  @param mostBars the plan ends after as many */
export function planBars(
  changes: readonly MetreChange[],
  lastOnset: number,
  metres: readonly Metre[],
  mostBars: number,
): BarPlan {
  const plan: BarPlan = { bars: [], cutBars: 0, delayedSignatures: 0, approximatedBars: 0 };
  const patterns = new Map<string, readonly number[]>();
  const startRun = (metre: Metre): MetreRun => {
    const name = metreName(metre);
    const pattern = patterns.get(name) ?? patternFor(metre, metres);
    patterns.set(name, pattern);
    return { metre, pattern, laid: 0 };
  };
  let run = startRun(changes[0] ?? { numerator: 4, denominator: 4 });
  let start = 0;
  let next = 1; // index into changes
  while (start <= lastOnset && plan.bars.length < mostBars) {
    for (; next < changes.length && changes[next].position <= start; next++) {
      if (changes[next].position < start) plan.delayedSignatures++;
      run = startRun(changes[next]);
    }
    const room = (changes[next]?.position ?? Infinity) - start;
    start += layBar(plan, run, start, room, metres);
  }
  return plan;
}

/** One signature of the score in force: `pattern` holds what the vocabulary says for one bar of it. */
interface MetreRun {
  metre: Metre;
  pattern: readonly number[];
  /** Bars laid so far. */
  laid: number;
}

/** Appends one bar, cut where the next signature begins after `room` positions, if that can be said.
 *  @returns its length in positions */
function layBar(
  plan: BarPlan,
  run: MetreRun,
  start: number,
  room: number,
  metres: readonly Metre[],
): number {
  const signature = run.pattern[run.laid++ % run.pattern.length];
  const length = barLength(metres[signature]);
  if (length > room) {
    const shorter = metreOfLength(room, run.metre.denominator, metres);
    if (shorter !== -1) {
      plan.bars.push({ start, length: room, signature: shorter });
      plan.cutBars++;
      return room;
    }
  }
  if (metreName(metres[signature]) !== metreName(run.metre)) plan.approximatedBars++;
  plan.bars.push({ start, length, signature });
  return length;
}

/** What the vocabulary says for one bar of a metre: the metre itself; or one as long; or equal parts (12/4 as 6/4 6/4);
 *  or the longest bars that fit, one after another (11/4 as 8/4 3/4); or else the bar nearest in length. */
function patternFor(metre: Metre, metres: readonly Metre[]): number[] {
  const exact = metres.findIndex((each) => metreName(each) === metreName(metre));
  if (exact !== -1) return [exact];
  const length = barLength(metre);
  for (let parts = 1; parts <= metre.numerator; parts++) {
    const part = metreOfLength(length / parts, metre.denominator, metres);
    if (part !== -1) return Array.from({ length: parts }, () => part);
  }
  return longestFirst(length, metres) ?? [nearestMetre(length, metres)];
}

/** Indices of the longest metres that fill a length one after another; undefined if something is left. */
function longestFirst(length: number, metres: readonly Metre[]): number[] | undefined {
  const pattern: number[] = [];
  const lengths = metres.map(barLength);
  let rest = length;
  while (rest > 0) {
    const longest = Math.max(...lengths.filter((each) => each <= rest));
    if (longest === -Infinity) return undefined;
    pattern.push(lengths.indexOf(longest));
    rest -= longest;
  }
  return pattern;
}

/** Index of a metre of that length, of the given denominator if there is one; -1 if there is none. */
function metreOfLength(length: number, denominator: number, metres: readonly Metre[]): number {
  const fits = (metre: Metre): boolean => barLength(metre) === length;
  const preferred = metres.findIndex((m) => fits(m) && m.denominator === denominator);
  return preferred === -1 ? metres.findIndex(fits) : preferred;
}

function nearestMetre(length: number, metres: readonly Metre[]): number {
  const distances = metres.map((metre) => Math.abs(barLength(metre) - length));
  return distances.indexOf(Math.min(...distances));
}
