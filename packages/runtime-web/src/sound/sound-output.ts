// What plays notes in a page: the built-in synthesiser in an audio worklet, the same in buffers, or a SoundFont.
import type { Instrument } from '@ostinato/core';

/** A note as an instrument needs it. */
export interface SoundNote {
  readonly instrument: Instrument;
  /** MIDI pitch, or the percussion key. */
  readonly pitch: number;
  /** MIDI velocity, 1..127. */
  readonly velocity: number;
}

/** A note at its time. */
export interface TimedNote extends SoundNote {
  /** On the clock of the audio context, in seconds. */
  readonly time: number;
  readonly durationSeconds: number;
  /** Of a percussion stroke's noise: where the stroke stands in its piece, so that it always sounds the same. */
  readonly seed: number;
}

export interface SoundOutput {
  /** How long before its time a note must be handed over to be on time, in seconds. */
  readonly leadSeconds: number;
  /** Plays notes at their times; one whose time has passed begins at once. */
  schedule(notes: readonly TimedNote[]): void;
  /** Plays a note now, until it is released by calling what is returned. */
  hold(note: SoundNote): () => void;
  /** Forgets what is scheduled and fades what sounds, within some milliseconds. */
  silence(): void;
  /** @param volume 0..1 */
  setVolume(volume: number): void;
  /** Frees its audio nodes. Nothing sounds afterwards. */
  dispose(): void;
}

/** Notes that sound at once; enough for an orchestra, and what one core of a phone can do. */
export const MAX_VOICES = 96;

/** Gain of a volume 0..1: loudness is felt as a power of the amplitude. */
export function volumeGain(volume: number): number {
  return volume ** 2;
}
