// What has been composed, as a score at any time: for an endless piece, as much of its end as is kept.
import {
  compareNotes,
  type Instrument,
  instrumentName,
  type NoteEvent,
  PERCUSSION_CHANNEL,
  type Score,
  TICKS_PER_QUARTER,
  type Track,
} from '@ostinato/core';
import { scoreFrom } from './score-tail.js';

type Changes = Pick<Score, 'tempos' | 'timeSignatures'>;

/** Collects notes whose ticks count from the beginning of the whole piece. */
export class PieceLog {
  #notes: NoteEvent[] = [];
  #tempos: Score['tempos'] = [];
  #timeSignatures: Score['timeSignatures'] = [];

  add(note: NoteEvent): void {
    this.#notes.push(note);
  }

  /** Adds the tempos and metres of a stretch that begins at a tick; they take the place of those after it. */
  addChanges({ tempos, timeSignatures }: Changes, tick: number): void {
    this.#tempos = append(this.#tempos, tempos, tick);
    this.#timeSignatures = append(this.#timeSignatures, timeSignatures, tick);
  }

  /** Forgets the notes that begin before a tick. */
  dropBefore(tick: number): void {
    this.#notes = this.#notes.filter(({ startTicks }) => startTicks >= tick);
    this.#tempos = withoutPast(this.#tempos, tick);
    this.#timeSignatures = withoutPast(this.#timeSignatures, tick);
  }

  /** The score from a tick on. */
  toScore(tick: number): Score {
    const score: Score = {
      ticksPerQuarter: TICKS_PER_QUARTER,
      name: '',
      tempos: this.#tempos,
      timeSignatures: this.#timeSignatures,
      keySignatures: [],
      tracks: tracksOf(this.#notes),
    };
    return scoreFrom(score, tick);
  }
}

function append<T extends { tick: number }>(
  before: readonly T[],
  added: readonly T[],
  tick: number,
) {
  const shifted = added.map((change) => ({ ...change, tick: change.tick + tick }));
  return [...before.filter((change) => change.tick < tick), ...shifted];
}

/** Without the changes that others have replaced by a tick. */
function withoutPast<T extends { tick: number }>(changes: T[], tick: number): T[] {
  const inForce = changes.findLastIndex((change) => change.tick <= tick);
  return changes.slice(Math.max(0, inForce));
}

function tracksOf(notes: readonly NoteEvent[]): Track[] {
  const parts = new Map<Instrument, NoteEvent[]>();
  for (const note of notes) {
    const part = parts.get(note.instrument);
    if (part) part.push(note);
    else parts.set(note.instrument, [note]);
  }
  let channel = -1;
  return [...parts].map(([instrument, ofPart]) => ({
    name: instrumentName(instrument),
    channel: instrument === 'percussion' ? PERCUSSION_CHANNEL : (channel = nextChannel(channel)),
    program: programOf(instrument),
    notes: ofPart
      .map(({ pitch, velocity, startTicks, durationTicks }) => ({
        pitch,
        velocity,
        startTicks,
        durationTicks,
      }))
      .sort(compareNotes),
  }));
}

/** The channels 0..15 but that of percussion, again from 0 after the last. */
function nextChannel(channel: number): number {
  const next = (channel + 1) % 16;
  return next === PERCUSSION_CHANNEL ? next + 1 : next;
}

function programOf(instrument: Instrument): number {
  return instrument === 'percussion' ? 0 : instrument;
}
