// Play, pause, stop, seek and loop: what has to sound when, on the clock of the audio. Notes are handed over a little ahead,
// so that the page may be late and the sound is not. Knows no audio and no page: clock and sound come in as functions.
import type { TimedNote } from '../../sound/sound-output.js';
import type { Timeline, TimelineNote } from './timeline.js';

/** - `stopped` at the beginning; `paused` anywhere; `ended` at the end
 *  - `playing`; `buffering`: it would play, but composing has to get ahead first */
export type TransportState = 'stopped' | 'playing' | 'buffering' | 'paused' | 'ended';

/** Whether the music goes on, or will as soon as there is more of it. */
export function isRunning(state: string): boolean {
  return state === 'playing' || state === 'buffering';
}

export interface TransportOptions {
  readonly timeline: Timeline;
  /** The audio clock, in seconds. */
  now(): number;
  schedule(notes: readonly TimedNote[]): void;
  silence(): void;
  onStateChange(state: TransportState): void;
}

/** Between a start and its first note, in seconds. */
const LEAD_IN = 0.06;
/** What has to be composed ahead before the music starts, in seconds of music. */
const BUFFER_SECONDS = 1.5;
/** Notes that sound where the music starts are struck again if as much of them is left, in seconds. */
const LEAST_REMAINDER = 0.1;
/** Noise of percussion is seeded by the sample at which a stroke stands in a WAV file. */
const SEED_RATE = 44_100;

/** A stretch of playing without a jump: at `time` of the clock the piece is at `position`. */
interface Run {
  readonly time: number;
  readonly position: number;
}

export class Transport {
  /** Whether the end is followed by the beginning. */
  loop = false;
  /** How far ahead notes are handed over, in seconds. */
  lookAhead = 0.2;
  readonly #options: TransportOptions;
  #state: TransportState = 'stopped';
  #runs: Run[] = [];
  /** Where the piece stands while it does not play. */
  #held = 0;
  /** Up to where notes have been handed over in the last run, in seconds of the piece. */
  #cursor = 0;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  get state(): TransportState {
    return this.#state;
  }

  /** Where the piece is now, in seconds. */
  get position(): number {
    return this.positionAt(this.#options.now());
  }

  /** Where the piece is at a time of the clock, not far from now. */
  positionAt(time: number): number {
    if (this.#state !== 'playing') return this.#held;
    const run = this.#runs.findLast((each) => each.time <= time) ?? this.#runs[0];
    const position = run.position + Math.max(0, time - run.time);
    return Math.min(position, this.#options.timeline.frontier);
  }

  /** Plays on, or from the start where the piece has ended. */
  play(): void {
    if (isRunning(this.#state)) return;
    if (this.#state === 'ended') this.#held = this.#options.timeline.start;
    this.#begin(this.#held);
  }

  pause(): void {
    if (!isRunning(this.#state)) return;
    this.#halt('paused', this.position);
  }

  /** Stops; the piece stands at its start. */
  stop(): void {
    this.#halt('stopped', this.#options.timeline.start);
  }

  /** Has the next `play` begin at a place, also at one that is not composed yet. Only while nothing plays. */
  cue(seconds: number): void {
    this.#held = Math.max(seconds, this.#options.timeline.start);
  }

  /** Goes to a place; plays on there if it plays. */
  seek(seconds: number): void {
    const { timeline } = this.#options;
    const position = Math.min(Math.max(seconds, timeline.start), timeline.frontier);
    this.#options.silence();
    if (isRunning(this.#state)) this.#begin(position);
    else this.#halt(position === timeline.start ? 'stopped' : 'paused', position);
  }

  /** Hands over what is due. Call it several times within `lookAhead`. */
  tick(): void {
    if (this.#state === 'buffering' && this.#hasBuffer()) this.#startRun(this.#held);
    if (this.#state !== 'playing') return;
    this.#handOver();
    const { timeline } = this.#options;
    const now = this.#options.now();
    while (this.#runs.length > 1 && this.#runs[1].time <= now) this.#runs.shift();
    if (this.position < timeline.frontier || this.#runs.length > 1) return;
    this.#held = timeline.frontier;
    this.#runs = [];
    if (timeline.isComplete) this.#setState('ended');
    else this.#setState('buffering');
  }

  #begin(position: number): void {
    this.#held = position;
    this.#runs = [];
    if (this.#hasBuffer()) this.#startRun(position);
    else this.#setState('buffering');
  }

  #hasBuffer(): boolean {
    const { timeline } = this.#options;
    return timeline.isComplete || timeline.frontier - this.#held >= BUFFER_SECONDS;
  }

  #startRun(position: number): void {
    const run = { time: this.#options.now() + LEAD_IN, position };
    this.#runs = [run];
    this.#cursor = position;
    const before = [...this.#options.timeline.soundingIn(position, position)];
    const cut = before
      .map((note) => remainderOf(note, position))
      .filter((note) => note.instrument !== 'percussion' && note.durationSeconds > LEAST_REMAINDER);
    this.#play(cut, run);
    this.#setState('playing');
    this.#handOver();
  }

  #handOver(): void {
    const { timeline } = this.#options;
    for (;;) {
      const run = this.#runs.at(-1)!;
      const horizon = run.position + (this.#options.now() + this.lookAhead - run.time);
      const until = Math.min(horizon, timeline.frontier);
      if (until > this.#cursor) {
        this.#play(timeline.startingIn(this.#cursor, until), run);
        this.#cursor = until;
      }
      const length = timeline.end - timeline.start;
      if (!this.loop || !timeline.isComplete || horizon < timeline.end || length <= 0) return;
      this.#runs.push({ time: run.time + timeline.end - run.position, position: timeline.start });
      this.#cursor = timeline.start;
    }
  }

  #play(notes: readonly TimelineNote[], run: Run): void {
    if (notes.length === 0) return;
    this.#options.schedule(
      notes.map(({ instrument, pitch, velocity, startSeconds, durationSeconds }) => ({
        instrument,
        pitch,
        velocity,
        durationSeconds,
        time: run.time + startSeconds - run.position,
        seed: Math.round(startSeconds * SEED_RATE) + pitch,
      })),
    );
  }

  #halt(state: TransportState, position: number): void {
    if (this.#runs.length > 0) this.#options.silence();
    this.#held = position;
    this.#runs = [];
    this.#setState(state);
  }

  #setState(state: TransportState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onStateChange(state);
  }
}

/** What is left of a note at a position inside of it. */
function remainderOf(note: TimelineNote, position: number): TimelineNote {
  const durationSeconds = note.startSeconds + note.durationSeconds - position;
  return { ...note, startSeconds: position, durationSeconds };
}
