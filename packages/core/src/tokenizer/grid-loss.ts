// What a score loses on its way to tokens: how far notes move, how tempo is rounded, what had to be changed.
// Plain numbers of constant size, so the losses of a corpus add up.

/** Width of a histogram bin of displacements. */
const BIN_MILLISECONDS = 0.25;
/** 0..64 ms, and one bin for everything beyond: half a grid point at 24 quarters a minute is 52 ms. */
const BINS = 64 / BIN_MILLISECONDS + 1;

/** Sums over one or more encoded scores; `summariseGridLoss` turns them into figures. */
export interface GridLoss {
  /** Notes encoded. */
  notes: number;
  /** Notes whose onset was not on the grid. */
  onsetsOffGrid: number;
  /** Notes whose length was not a multiple of the grid. */
  durationsOffGrid: number;
  /** How far onsets moved, by the score's own tempos. `histogram` counts quarters of a millisecond. */
  displacement: { sumMilliseconds: number; maxMilliseconds: number; histogram: number[] };
  /** Seconds of music, and the integral over them of |said tempo / real tempo - 1|. */
  tempo: { seconds: number; errorSeconds: number };
  /** Bars faster or slower than the tempo scale. */
  temposClipped: number;
  /** Notes longer than the longest duration. */
  durationsCut: number;
  /** Notes moved by octaves into the pitch range. */
  pitchesMoved: number;
  /** Notes given to another instrument, because the vocabulary lacks theirs. */
  instrumentsMapped: number;
  /** Notes left out: percussion (or percussion keys) that the vocabulary lacks, or pitches where it has only percussion. */
  notesDropped: number;
  /** Bars made shorter because a new time signature begins inside of them. */
  barsCut: number;
  /** Time signatures that begin at the next bar line instead of inside a bar. */
  signaturesDelayed: number;
  /** Bars said with another time signature, because the vocabulary lacks theirs. */
  barsApproximated: number;
}

/** The figures of a loss. */
export interface GridLossSummary {
  notes: number;
  onsetsOffGridPercent: number;
  durationsOffGridPercent: number;
  /** Over all notes, those on the grid included; p95 in steps of 0.25. */
  displacementMilliseconds: { mean: number; p95: number; max: number };
  /** Mean over the time of the music. */
  tempoErrorPercent: number;
}

export function createGridLoss(): GridLoss {
  return {
    notes: 0,
    onsetsOffGrid: 0,
    durationsOffGrid: 0,
    displacement: {
      sumMilliseconds: 0,
      maxMilliseconds: 0,
      histogram: Array.from({ length: BINS }, () => 0),
    },
    tempo: { seconds: 0, errorSeconds: 0 },
    temposClipped: 0,
    durationsCut: 0,
    pitchesMoved: 0,
    instrumentsMapped: 0,
    notesDropped: 0,
    barsCut: 0,
    signaturesDelayed: 0,
    barsApproximated: 0,
  };
}

/** Counts one onset that moved by so many milliseconds (>= 0). */
export function countDisplacement(loss: GridLoss, milliseconds: number): void {
  const { displacement } = loss;
  displacement.sumMilliseconds += milliseconds;
  displacement.maxMilliseconds = Math.max(displacement.maxMilliseconds, milliseconds);
  const bin = Math.min(Math.ceil(milliseconds / BIN_MILLISECONDS), BINS - 1);
  displacement.histogram[bin]++;
}

/** Adds up the losses of several scores. */
export function mergeGridLosses(losses: Iterable<GridLoss>): GridLoss {
  const total = createGridLoss();
  for (const loss of losses) {
    for (const key of COUNTS) total[key] += loss[key];
    total.tempo.seconds += loss.tempo.seconds;
    total.tempo.errorSeconds += loss.tempo.errorSeconds;
    const { displacement } = total;
    displacement.sumMilliseconds += loss.displacement.sumMilliseconds;
    displacement.maxMilliseconds = Math.max(
      displacement.maxMilliseconds,
      loss.displacement.maxMilliseconds,
    );
    loss.displacement.histogram.forEach((count, bin) => (displacement.histogram[bin] += count));
  }
  return total;
}

const COUNTS = [
  'notes',
  'onsetsOffGrid',
  'durationsOffGrid',
  'temposClipped',
  'durationsCut',
  'pitchesMoved',
  'instrumentsMapped',
  'notesDropped',
  'barsCut',
  'signaturesDelayed',
  'barsApproximated',
] as const satisfies readonly (keyof GridLoss)[];

/** Percentages and milliseconds of a loss; zeros without notes. */
export function summariseGridLoss(loss: GridLoss): GridLossSummary {
  const { notes, displacement, tempo } = loss;
  const percent = (part: number, whole: number): number => (whole > 0 ? (100 * part) / whole : 0);
  return {
    notes,
    onsetsOffGridPercent: percent(loss.onsetsOffGrid, notes),
    durationsOffGridPercent: percent(loss.durationsOffGrid, notes),
    displacementMilliseconds: {
      mean: notes > 0 ? displacement.sumMilliseconds / notes : 0,
      p95: percentile(displacement, 0.95 * notes),
      max: displacement.maxMilliseconds,
    },
    tempoErrorPercent: percent(tempo.errorSeconds, tempo.seconds),
  };
}

/** The upper edge of the bin in which the given count is reached, at most the maximum. */
function percentile(
  { histogram, maxMilliseconds }: GridLoss['displacement'],
  count: number,
): number {
  let seen = 0;
  for (const [bin, size] of histogram.entries()) {
    seen += size;
    if (seen >= count)
      return Math.min(bin === BINS - 1 ? Infinity : bin * BIN_MILLISECONDS, maxMilliseconds);
  }
  return maxMilliseconds;
}
