// What somebody plays, as notes in seconds and then as a score in beats.
import { type Score, TICKS_PER_QUARTER } from '@ostinato/core';

/** A note as it was played. */
export interface PlayedNote {
  readonly pitch: number;
  readonly velocity: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** Collects notes from a keyboard, whatever its kind. Times come in as arguments. */
export class NoteRecorder {
  #notes: PlayedNote[] = [];
  readonly #held = new Map<number, { velocity: number; startSeconds: number }>();

  get size(): number {
    return this.#notes.length + this.#held.size;
  }

  /** A key goes down. One that is down already begins anew. */
  press(pitch: number, velocity: number, seconds: number): void {
    this.release(pitch, seconds);
    this.#held.set(pitch, { velocity, startSeconds: seconds });
  }

  /** A key goes up. */
  release(pitch: number, seconds: number): void {
    const held = this.#held.get(pitch);
    if (held === undefined) return;
    this.#held.delete(pitch);
    this.#notes.push({ pitch, ...held, endSeconds: Math.max(seconds, held.startSeconds + 0.02) });
  }

  /** What was played, by onset; keys that are still down end now. */
  finish(seconds: number): PlayedNote[] {
    for (const pitch of this.#held.keys()) this.release(pitch, seconds);
    return this.#notes.sort((a, b) => a.startSeconds - b.startSeconds || a.pitch - b.pitch);
  }

  clear(): void {
    this.#notes = [];
    this.#held.clear();
  }
}

export interface QuantiseOptions {
  /** Quarters a minute, 30..240. Default: what fits best to what was played. */
  tempoBpm?: number;
  /** General MIDI program. Default 0, a piano. */
  program?: number;
}

const SLOWEST_BPM = 60;
const FASTEST_BPM = 160;
const USUAL_BPM = 104;
/** Grid points in a quarter: sixteenths. */
const GRID = 4;
const TICKS_PER_STEP = TICKS_PER_QUARTER / GRID;

/** Notes on a grid of sixteenths, the first at tick 0, in 4/4.
 *  @throws {RangeError} if there is no note */
export function quantise(notes: readonly PlayedNote[], options: QuantiseOptions = {}): Score {
  if (notes.length === 0) throw new RangeError('quantise: expected at least one note, found none');
  const { tempoBpm = estimateTempo(notes.map((note) => note.startSeconds)), program = 0 } = options;
  const first = notes[0].startSeconds;
  const step = 60 / tempoBpm / GRID; // seconds
  const ticksAt = (seconds: number): number =>
    Math.round((seconds - first) / step) * TICKS_PER_STEP;
  const quantised = notes.map(({ pitch, velocity, startSeconds, endSeconds }) => ({
    pitch,
    velocity,
    startTicks: ticksAt(startSeconds),
    durationTicks: Math.max(TICKS_PER_STEP, ticksAt(endSeconds) - ticksAt(startSeconds)),
  }));
  return {
    ticksPerQuarter: TICKS_PER_QUARTER,
    name: '',
    tempos: [{ tick: 0, microsecondsPerQuarter: Math.round(60_000_000 / tempoBpm) }],
    timeSignatures: [{ tick: 0, numerator: 4, denominator: 4 }],
    keySignatures: [],
    tracks: [{ name: '', channel: 0, program, notes: withoutOverlaps(quantised) }],
  };
}

type ScoreNote = Score['tracks'][number]['notes'][number];

/** Orders notes and ends each where its pitch is struck again; of two at one place the longer stays. */
function withoutOverlaps(notes: readonly ScoreNote[]): ScoreNote[] {
  const ordered = notes.toSorted(
    (a, b) => a.startTicks - b.startTicks || a.pitch - b.pitch || b.durationTicks - a.durationTicks,
  );
  const last = new Map<number, ScoreNote>();
  const kept: ScoreNote[] = [];
  for (const note of ordered) {
    const before = last.get(note.pitch);
    if (before?.startTicks === note.startTicks) continue;
    if (before) {
      before.durationTicks = Math.min(before.durationTicks, note.startTicks - before.startTicks);
    }
    const copy = { ...note };
    last.set(note.pitch, copy);
    kept.push(copy);
  }
  return kept;
}

/** The tempo whose sixteenths the onsets miss least; tempos near a walking pace are preferred a little.
 *  @param onsets in seconds, ascending
 *  @returns an integer in 60..160 */
export function estimateTempo(onsets: readonly number[]): number {
  if (new Set(onsets).size < 3) return USUAL_BPM;
  let best = USUAL_BPM;
  let least = Infinity;
  for (let bpm = SLOWEST_BPM; bpm <= FASTEST_BPM; bpm++) {
    const cost = gridError(onsets, bpm) + 0.05 * Math.abs(Math.log2(bpm / USUAL_BPM));
    if (cost < least) {
      least = cost;
      best = bpm;
    }
  }
  return best;
}

/** How far gaps between onsets are from whole numbers of sixteenths and, half as important, of quarters: 0 on the grid,
 *  about 1 for random ones. */
function gridError(onsets: readonly number[], bpm: number): number {
  const quarter = 60 / bpm;
  let error = 0;
  let count = 0;
  for (let i = 1; i < onsets.length; i++) {
    const gap = (onsets[i] - onsets[i - 1]) / quarter;
    if (gap < 0.1) continue; // a chord
    error += offGrid(gap * GRID) + 0.5 * offGrid(gap);
    count++;
  }
  return count === 0 ? 0 : error / count;
}

/** Distance to the nearest whole number, 0..1. */
function offGrid(value: number): number {
  return 2 * Math.abs(value - Math.round(value));
}
