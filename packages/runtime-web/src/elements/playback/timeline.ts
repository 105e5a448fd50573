// The notes of a piece in seconds, as far as they are known: a file's at once, a composition's as they come.
import {
  createTempoMap,
  type Instrument,
  type NoteEvent,
  PERCUSSION_CHANNEL,
  type Score,
  scoreDurationSeconds,
} from '@ostinato/core';

/** A note in seconds from the start of its piece. */
export type TimelineNote = Pick<
  NoteEvent,
  'instrument' | 'pitch' | 'velocity' | 'startSeconds' | 'durationSeconds'
>;

/** Notes by their onsets. Composing adds at the end, an endless piece is cut at the beginning. */
export class Timeline {
  #notes: TimelineNote[] = [];
  #first = 0; // of `#notes` that has not been dropped
  #start = 0;
  #frontier = 0;
  #end = 0;
  #longest = 0;
  #isComplete = false;
  #revision = 0;

  /** Number of notes held. */
  get size(): number {
    return this.#notes.length - this.#first;
  }

  /** Where the piece begins, in seconds: 0, or later once its beginning has been dropped. */
  get start(): number {
    return this.#start;
  }

  /** The second up to which every note is known. */
  get frontier(): number {
    return this.#isComplete ? this.#end : this.#frontier;
  }

  /** Where the last note known so far ends. */
  get end(): number {
    return this.#end;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Raised whenever anything changes. */
  get revision(): number {
    return this.#revision;
  }

  /** Adds the next note; onsets never go back. */
  add(note: TimelineNote): void {
    this.#notes.push(note);
    this.#frontier = Math.max(this.#frontier, note.startSeconds);
    this.#end = Math.max(this.#end, note.startSeconds + note.durationSeconds);
    this.#longest = Math.max(this.#longest, note.durationSeconds);
    this.#revision++;
  }

  /** Nothing more will come. */
  complete(): void {
    this.#isComplete = true;
    this.#revision++;
  }

  /** Takes the place of everything: a whole piece. */
  load(score: Score): void {
    this.clear();
    for (const note of notesOfScore(score)) this.add(note);
    this.#end = scoreDurationSeconds(score);
    this.complete();
  }

  clear(): void {
    this.#notes = [];
    this.#first = 0;
    this.#start = this.#frontier = this.#end = this.#longest = 0;
    this.#isComplete = false;
    this.#revision++;
  }

  /** Forgets the notes that end before a time. */
  dropBefore(seconds: number): void {
    if (seconds <= this.#start) return;
    this.#start = seconds;
    const notes = this.#notes;
    while (this.#first < notes.length && endOf(notes[this.#first]) < seconds) this.#first++;
    if (this.#first > 256 && this.#first * 2 > notes.length) {
      this.#notes = notes.slice(this.#first);
      this.#first = 0;
    }
    this.#revision++;
  }

  /** The notes that begin in [from, to). */
  startingIn(from: number, to: number): TimelineNote[] {
    return this.#notes.slice(this.#indexAt(from), this.#indexAt(to));
  }

  /** The notes that sound, or begin, in [from, to). */
  *soundingIn(from: number, to: number): Generator<TimelineNote> {
    const last = this.#indexAt(to);
    for (let i = this.#indexAt(from - this.#longest); i < last; i++) {
      if (endOf(this.#notes[i]) > from) yield this.#notes[i];
    }
  }

  /** The notes held, in the order of their onsets. */
  *[Symbol.iterator](): Generator<TimelineNote> {
    for (let i = this.#first; i < this.#notes.length; i++) yield this.#notes[i];
  }

  /** The first note at or after a time. */
  #indexAt(seconds: number): number {
    let low = this.#first;
    let high = this.#notes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#notes[middle].startSeconds < seconds) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function endOf({ startSeconds, durationSeconds }: TimelineNote): number {
  return startSeconds + durationSeconds;
}

/** The notes of a score in seconds, by their onsets. */
function notesOfScore(score: Score): TimelineNote[] {
  const tempoMap = createTempoMap(score);
  const notes = score.tracks.flatMap(({ channel, program, notes: ofTrack }) => {
    const instrument: Instrument = channel === PERCUSSION_CHANNEL ? 'percussion' : program;
    return ofTrack.map(({ pitch, velocity, startTicks, durationTicks }): TimelineNote => {
      const startSeconds = tempoMap.secondsAt(startTicks);
      const durationSeconds = tempoMap.secondsAt(startTicks + durationTicks) - startSeconds;
      return { instrument, pitch, velocity, startSeconds, durationSeconds };
    });
  });
  return notes.sort((a, b) => a.startSeconds - b.startSeconds);
}
