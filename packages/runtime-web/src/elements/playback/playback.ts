// A timeline that sounds: transport, audio context, instrument and the timer that keeps them going.
import type { Score } from '@ostinato/core';
import { audioContext, outputLatency, resumeAudio } from '../../sound/audio-context.js';
import { createSound } from '../../sound/create-sound.js';
import type { SoundNote, SoundOutput } from '../../sound/sound-output.js';
import { Timeline } from './timeline.js';
import { isRunning, Transport, type TransportState } from './transport.js';

const TICK_MILLISECONDS = 25;
const LOOK_AHEAD_SECONDS = 0.2;
/** Browsers wake a hidden page once a second. */
const HIDDEN_LOOK_AHEAD_SECONDS = 2.5;

export interface PlaybackOptions {
  onStateChange(state: TransportState): void;
  /** Called some forty times a second while the music plays. */
  onTick?(): void;
}

export class Playback {
  readonly timeline = new Timeline();
  readonly transport: Transport;
  readonly #options: PlaybackOptions;
  #sound: { output: Promise<SoundOutput>; soundFont: string } | undefined;
  /** The sound once it is there. */
  #output: SoundOutput | undefined;
  #volume = 1;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isDisposed = false;

  constructor(options: PlaybackOptions) {
    this.#options = options;
    this.transport = new Transport({
      timeline: this.timeline,
      now: () => audioContext().currentTime,
      schedule: (notes) => this.#output?.schedule(notes),
      silence: () => this.#output?.silence(),
      onStateChange: (state) => this.#changeState(state),
    });
  }

  get state(): TransportState {
    return this.transport.state;
  }

  /** What is heard now, in seconds of the piece. */
  get heardPosition(): number {
    if (this.state !== 'playing') return this.transport.position;
    const context = audioContext();
    return this.transport.positionAt(context.currentTime - outputLatency(context));
  }

  get volume(): number {
    return this.#volume;
  }

  set volume(volume: number) {
    this.#volume = volume;
    this.#output?.setVolume(volume);
  }

  /** Makes the sound ready; in the handler of a click or a key, so that the browser allows it.
   *  @param soundFont address of a SoundFont; empty for the built-in synthesiser
   *  @throws {AudioError}, {SoundFontError} */
  async prepare(soundFont = ''): Promise<SoundOutput> {
    const context = audioContext();
    const resumed = resumeAudio(context); // before anything is awaited: the gesture counts for this task only
    if (this.#sound?.soundFont !== soundFont) {
      this.#dropSound();
      this.#sound = { output: createSound(context, soundFont), soundFont };
    }
    const wanted = this.#sound;
    try {
      const [output] = await Promise.all([wanted.output, resumed]);
      if (this.#isDisposed) output.dispose();
      else if (this.#sound === wanted) this.#useSound(output);
      return output;
    } catch (error) {
      if (this.#sound === wanted) this.#dropSound();
      throw error;
    }
  }

  /** Plays on from where it is.
   *  @throws as `prepare` does */
  async play(soundFont = ''): Promise<void> {
    await this.prepare(soundFont);
    if (!this.#isDisposed) this.transport.play();
  }

  /** Plays a note now, until what is returned is called; nothing if there is no sound yet. */
  hold(note: SoundNote): () => void {
    return this.#output?.hold(note) ?? (() => {});
  }

  /** Stops, and has a whole piece to play. */
  load(score: Score): void {
    this.transport.stop();
    this.timeline.load(score);
    this.transport.stop();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.transport.stop();
    this.#stopTimer();
    this.#dropSound();
  }

  #useSound(output: SoundOutput): void {
    if (this.#output === output) return;
    this.#output = output;
    output.setVolume(this.#volume);
  }

  #dropSound(): void {
    const old = this.#sound;
    this.#sound = this.#output = undefined;
    // Before it is there, an instrument cannot be disposed of.
    void old?.output.then(
      (output) => output.dispose(),
      () => {},
    );
  }

  #changeState(state: TransportState): void {
    if (isRunning(state)) this.#startTimer();
    else this.#stopTimer();
    this.#options.onStateChange(state);
  }

  readonly #tick = (): void => {
    const ahead = document.hidden ? HIDDEN_LOOK_AHEAD_SECONDS : LOOK_AHEAD_SECONDS;
    this.transport.lookAhead = ahead + (this.#output?.leadSeconds ?? 0);
    this.transport.tick();
    this.#options.onTick?.();
  };

  #startTimer(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(this.#tick, TICK_MILLISECONDS);
    document.addEventListener('visibilitychange', this.#tick);
  }

  #stopTimer(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    document.removeEventListener('visibilitychange', this.#tick);
  }
}
