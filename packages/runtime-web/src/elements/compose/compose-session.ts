// A composer at work: loads the model, makes the sound ready, and takes the notes of a composition as they come.
import { type Score, scoreDurationSeconds } from '@ostinato/core';
import { emit } from '../events.js';
import type { Playback } from '../playback/playback.js';
import { ComposeStream } from './compose-stream.js';
import type { ComposerModel } from './model-source.js';
import type { ComposeSettings } from './settings.js';
import { takeNotes } from './take-notes.js';

/** Continuing a piece is heard from this long before its end, in seconds. */
const PRIMER_HEARD = 6;

export interface ComposeSessionOptions {
  playback(): Playback;
  loadModel(): Promise<ComposerModel>;
  /** Makes the sound ready, in the handler of a gesture. */
  prepareSound(): Promise<unknown>;
  /** Composing has begun, has brought a note, or has ended. */
  onChange(isComposing: boolean): void;
  onError(error: unknown): void;
}

export class ComposeSession {
  readonly #element: EventTarget;
  readonly #options: ComposeSessionOptions;
  #stream: ComposeStream | undefined;
  #continues = false;

  /** @param element that tells what happens */
  constructor(element: EventTarget, options: ComposeSessionOptions) {
    this.#element = element;
    this.#options = options;
  }

  /** The piece so far; of an endless one, what is kept. Undefined before there is one. */
  get score(): Score | undefined {
    return this.#stream?.score();
  }

  /** Whether there is a composition, whole or not. */
  get hasBegun(): boolean {
    return this.#stream !== undefined;
  }

  /** Whether the piece goes on from another. */
  get continues(): boolean {
    return this.#continues;
  }

  /** Begins a composition.
   *  @param signal ends it
   *  @returns once it can be played; the rest of its notes comes on its own
   *  @throws what loading the model and making the sound ready throw; the signal's reason */
  async begin(
    settings: ComposeSettings,
    primer: Score | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { playback, loadModel, prepareSound } = this.#options;
    const { timeline, transport } = playback();
    transport.stop();
    timeline.clear();
    this.#continues = primer !== undefined;
    const loading = loadModel(); // it takes longest
    const prepared = prepareSound(); // now: a gesture counts for this task only
    for (const promise of [loading, prepared]) promise.catch(() => {}); // they are awaited below
    const loaded = await loading;
    signal.throwIfAborted();
    const stream = new ComposeStream(loaded, primer ? { ...settings, primer } : settings);
    this.#stream = stream;
    emit(this.#element, 'ostinato-compose', { settings });
    if (primer) transport.cue(scoreDurationSeconds(primer) - PRIMER_HEARD);
    void this.#take(stream, settings, signal);
    await prepared;
    signal.throwIfAborted();
  }

  /** Forgets the piece. */
  clear(): void {
    this.#stream = undefined;
  }

  /** Takes the notes as they are composed. */
  async #take(
    stream: ComposeStream,
    settings: ComposeSettings,
    signal: AbortSignal,
  ): Promise<void> {
    const { onChange, onError } = this.#options;
    const playback = this.#options.playback();
    onChange(true);
    try {
      await takeNotes(stream, playback, {
        isEndless: settings.length === 'endless',
        signal,
        onNote: (note) => {
          emit(this.#element, 'ostinato-note', { note });
          onChange(true);
        },
      });
      if (signal.aborted) return;
      const score = stream.score();
      playback.timeline.load(score);
      emit(this.#element, 'ostinato-composed', { score, settings });
    } catch (error) {
      if (signal.aborted) return;
      playback.timeline.complete(); // what there is can be heard
      onError(error);
    } finally {
      if (this.#stream === stream) {
        onChange(false);
        playback.transport.tick();
      }
    }
  }
}
