// Pairs note-ons with note-offs, in time linear in their number.
//
// Rules, for each channel and pitch of a track chunk:
// - A note-off ends the oldest note that sounds (first in, first out).
// - Where ons and offs do not balance by the end of the track, each note since the pitch last was silent ends at the
//   next note-on or note-off instead: one lost note-off then shortens one note and shifts no other.
// - A note without any end lasts to the end of the track. A note-off without a note is ignored.
// - A note without length gets one tick.
import type { Note } from '../score/score.js';
import type { MidiWarnings } from './midi-warnings.js';

/** The notes of a track chunk on one channel and program, in the order in which they ended. */
export interface Part {
  channel: number;
  /** The program that the chunk had set on the channel; -1 if it had set none yet. */
  program: number;
  notes: Note[];
}

interface Strike {
  tick: number;
  /** 0 for a note-off. */
  velocity: number;
  program: number;
  offset: number;
}

/** Everything on one pitch since it last was silent. */
interface Stretch {
  strikes: Strike[];
  sounding: number;
}

/** Matches the notes of one track chunk. */
export class NoteMatcher {
  readonly #track: number;
  readonly #warnings: MidiWarnings;
  /** By channel * 256 + program + 1. */
  readonly #parts = new Map<number, Part>();
  /** By channel * 128 + pitch. */
  readonly #stretches = new Map<number, Stretch>();

  constructor(track: number, warnings: MidiWarnings) {
    this.#track = track;
    this.#warnings = warnings;
  }

  noteOn(channel: number, pitch: number, strike: Strike): void {
    const key = channel * 128 + pitch;
    const stretch = this.#stretches.get(key);
    if (stretch === undefined) {
      this.#stretches.set(key, { strikes: [strike], sounding: 1 });
    } else {
      stretch.strikes.push(strike);
      stretch.sounding += 1;
    }
  }

  noteOff(channel: number, pitch: number, tick: number, offset: number): void {
    const key = channel * 128 + pitch;
    const stretch = this.#stretches.get(key);
    if (stretch === undefined) {
      this.#warnings.add(
        'orphan-note-off',
        'a note-off without a note was ignored',
        offset,
        this.#track,
      );
      return;
    }
    stretch.strikes.push({ tick, velocity: 0, program: -1, offset });
    stretch.sounding -= 1;
    if (stretch.sounding === 0) {
      this.#stretches.delete(key);
      this.#matchInOrder(key, stretch.strikes);
    }
  }

  /** Ends the notes that still sound, and gives all of them.
   *  @param endTick the end of the track
   *  @returns parts ordered by channel, then program */
  finish(endTick: number): Part[] {
    for (const [key, { strikes }] of this.#stretches) this.#matchNearest(key, strikes, endTick);
    this.#stretches.clear();
    return [...this.#parts].sort(([a], [b]) => a - b).map(([, part]) => part);
  }

  /** The n-th note-off ends the n-th note; there are as many of both. */
  #matchInOrder(key: number, strikes: Strike[]): void {
    let off = 0;
    for (const on of strikes) {
      if (on.velocity === 0) continue;
      while (strikes[off].velocity !== 0) off += 1;
      this.#add(key, on, strikes[off].tick);
      off += 1;
    }
  }

  /** The next strike of any kind ends a note. */
  #matchNearest(key: number, strikes: Strike[], endTick: number): void {
    let sounding: Strike | undefined;
    let cutTick = -1;
    for (const strike of strikes) {
      if (strike.velocity !== 0) {
        if (sounding !== undefined) {
          this.#add(key, sounding, strike.tick);
          this.#warn('cut-note', 'a note struck again before its end was cut there', sounding);
          cutTick = strike.tick;
        }
        sounding = strike;
      } else if (sounding === undefined) {
        this.#warn('orphan-note-off', 'a note-off without a note was ignored', strike);
      } else if (strike.tick !== cutTick) {
        // A note-off on the tick of a cut is the one that the cut note had been waiting for.
        this.#add(key, sounding, strike.tick);
        sounding = undefined;
      }
    }
    if (sounding !== undefined) {
      this.#add(key, sounding, endTick);
      this.#warn('hanging-note', 'a note without an end was ended with its track', sounding);
    }
  }

  #add(key: number, on: Strike, endTick: number): void {
    if (endTick === on.tick)
      this.#warn('zero-length-note', 'a note without length got one tick', on);
    this.#partOf(key >> 7, on.program).notes.push({
      pitch: key & 0x7f,
      startTicks: on.tick,
      durationTicks: Math.max(1, endTick - on.tick),
      velocity: on.velocity,
    });
  }

  #partOf(channel: number, program: number): Part {
    const key = channel * 256 + program + 1;
    let part = this.#parts.get(key);
    if (part === undefined) {
      part = { channel, program, notes: [] };
      this.#parts.set(key, part);
    }
    return part;
  }

  #warn(
    code: 'cut-note' | 'hanging-note' | 'orphan-note-off' | 'zero-length-note',
    message: string,
    at: Strike,
  ): void {
    this.#warnings.add(code, message, at.offset, this.#track);
  }
}
