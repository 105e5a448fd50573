// The metrical grid and the scales of tempo and velocity: numbers of a score to bins and back.

/** Grid points in a quarter note: triplets of sixteenths, and 32nds. */
export const POSITIONS_PER_QUARTER = 24;

/** Resolution of decoded scores: 20 ticks a position. */
export const TICKS_PER_QUARTER = 480;

export const TICKS_PER_POSITION = TICKS_PER_QUARTER / POSITIONS_PER_QUARTER;

/** The longest bar that has positions, 8 quarters. */
export const LONGEST_BAR = 8 * POSITIONS_PER_QUARTER;

/** The longest `Duration` token; every `Hold` before it adds a multiple of as many positions. */
export const DURATION_UNIT = 4 * POSITIONS_PER_QUARTER;

export const MOST_HOLDS = 16;

/** The longest note, in positions: seventeen bars of 4/4. */
export const LONGEST_NOTE = (MOST_HOLDS + 1) * DURATION_UNIT;

/** Velocity of decoded notes where the vocabulary has none: mezzo-forte. */
export const DEFAULT_VELOCITY = 80;

export const DEFAULT_TEMPO_BPM = 120;

/** Tempos in bins of equal ratio. */
export interface TempoScale {
  /** Lower edge of the first bin, quarters a minute. */
  lowestBpm: number;
  /** Upper edge of the last bin. */
  highestBpm: number;
  bins: number;
}

/** The grid point nearest to a tick, in positions; halves go up. */
export function toPosition(ticks: number, ticksPerQuarter: number): number {
  return Math.round((ticks * POSITIONS_PER_QUARTER) / ticksPerQuarter);
}

export function isOnGrid(ticks: number, ticksPerQuarter: number): boolean {
  return (ticks * POSITIONS_PER_QUARTER) % ticksPerQuarter === 0;
}

/** The bin of a tempo; tempos outside of the scale fall into its first or last bin. */
export function tempoBin(bpm: number, { lowestBpm, highestBpm, bins }: TempoScale): number {
  const bin = Math.floor((bins * Math.log(bpm / lowestBpm)) / Math.log(highestBpm / lowestBpm));
  return Math.min(Math.max(bin, 0), bins - 1);
}

/** The (geometric) middle of a tempo bin, as a MIDI file stores tempos. */
export function tempoOfBin(bin: number, { lowestBpm, highestBpm, bins }: TempoScale): number {
  const bpm = lowestBpm * (highestBpm / lowestBpm) ** ((bin + 0.5) / bins);
  return Math.round(60_000_000 / bpm);
}

/** The bin of a velocity 1..127. */
export function velocityBin(velocity: number, bins: number): number {
  return Math.floor(((velocity - 1) * bins) / 127);
}

/** The middle of a velocity bin, 1..127. */
export function velocityOfBin(bin: number, bins: number): number {
  return 1 + Math.floor(((bin + 0.5) * 127) / bins);
}
