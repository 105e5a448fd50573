// A composition as a stream of notes: of a length, or endless. An endless one is composed in stretches, each of which goes on
// from the last bars of the one before, so that memory does not grow.
import {
  type Composition,
  generate,
  type GenerateOptions,
  type NoteEvent,
  type Score,
} from '@ostinato/core';
import type { ComposerModel } from './model-source.js';
import { PieceLog } from './piece-log.js';
import { lastBars, type Place, scoreFrom } from './score-tail.js';
import { type ComposeSettings, instrumentsOf } from './settings.js';

/** Bars of a stretch of an endless piece, and how many of them the next one remembers. */
const STRETCH_BARS = 32;
const REMEMBERED_BARS = 16;

export interface ComposeRequest extends ComposeSettings {
  /** A piece to continue. */
  readonly primer?: Score;
}

export class ComposeStream {
  readonly #loaded: ComposerModel;
  readonly #request: ComposeRequest;
  readonly #log = new PieceLog();
  /** Where the stretch at work begins in the whole piece. */
  #stretch: Place = { ticks: 0, seconds: 0 };
  /** What the stretch at work is so far; undefined between stretches. */
  #soFar: (() => Score) | undefined;
  #lastSeconds = 0;
  #keptFrom = 0;
  #final: Score | undefined;

  constructor(loaded: ComposerModel, request: ComposeRequest) {
    this.#loaded = loaded;
    this.#request = request;
  }

  /** Composes: the notes in the order of their onsets, a primer's first. The next block of tokens is drawn when the notes
   *  of the one before have been taken.
   *  @throws as `generate` does */
  async *notes(signal: AbortSignal): AsyncGenerator<NoteEvent, void, undefined> {
    const { length, seed, primer } = this.#request;
    const base = this.#options(signal);
    if (length !== 'endless') {
      const options = { ...base, seed, seconds: length, includePrimer: true };
      const { score } = yield* this.#composeStretch(primer ? { ...options, primer } : options);
      this.#final = score;
      return;
    }
    let first: GenerateOptions = { ...base, seed, bars: STRETCH_BARS, includePrimer: true };
    if (primer) first = { ...first, primer };
    let { tokens } = yield* this.#composeStretch(first);
    for (let stretch = 1; ; stretch++) {
      const { tokenizer } = this.#loaded;
      const place = lastBars(tokens, tokenizer, REMEMBERED_BARS);
      const remembered = scoreFrom(tokenizer.decode(tokens), place.ticks);
      this.#stretch = {
        ticks: this.#stretch.ticks + place.ticks,
        seconds: this.#stretch.seconds + place.seconds,
      };
      const next = { ...base, seed: `${seed}/${stretch}`, bars: STRETCH_BARS };
      // Without notes there is nothing to go on from: it begins anew.
      const withPrimer = remembered.tracks.length > 0 ? { ...next, primer: remembered } : next;
      ({ tokens } = yield* this.#composeStretch(withPrimer));
    }
  }

  /** The piece so far; of an endless one, what is kept. */
  score(): Score {
    if (this.#final) return this.#final;
    if (this.#soFar) this.#log.addChanges(this.#soFar(), this.#stretch.ticks);
    return this.#log.toScore(this.#keptFrom);
  }

  /** Forgets the notes that begin before a tick. */
  dropBefore(ticks: number): void {
    this.#keptFrom = Math.max(this.#keptFrom, ticks);
    this.#log.dropBefore(this.#keptFrom);
  }

  async *#composeStretch(
    options: GenerateOptions,
  ): AsyncGenerator<NoteEvent, Composition, undefined> {
    const { model, tokenizer } = this.#loaded;
    const decoder = tokenizer.createDecoder();
    const stream = generate(model, tokenizer, { ...options, decoder });
    this.#soFar = () => decoder.end();
    for (;;) {
      const step = await stream.next();
      if (step.done) {
        this.#log.addChanges(decoder.end(), this.#stretch.ticks);
        this.#soFar = undefined;
        return step.value;
      }
      const note = this.#shift(step.value);
      this.#log.add(note);
      yield note;
    }
  }

  /** Places a note of a stretch in the whole piece. Rounding at a seam must not make time go back. */
  #shift(note: NoteEvent): NoteEvent {
    this.#lastSeconds = Math.max(this.#lastSeconds, note.startSeconds + this.#stretch.seconds);
    const startTicks = note.startTicks + this.#stretch.ticks;
    return { ...note, startTicks, startSeconds: this.#lastSeconds };
  }

  #options(signal: AbortSignal): GenerateOptions {
    const { manifest, tokenizer } = this.#loaded;
    const { temperature, labels, instruments } = this.#request;
    const players = instrumentsOf(instruments, tokenizer.instruments);
    return {
      ...manifest.sampling,
      ...(temperature !== undefined && { temperature }),
      labels: knownLabels(labels, tokenizer.labels),
      ...(players.length > 0 && { instruments: players }),
      signal,
    };
  }
}

/** The labels that a model knows; others are left out, so that one link serves several models. */
function knownLabels(
  labels: ComposeSettings['labels'],
  known: ComposerModel['tokenizer']['labels'],
): ComposeSettings['labels'] {
  return Object.fromEntries(
    known.flatMap(({ kind, values }) =>
      values.includes(labels[kind]) ? [[kind, labels[kind]]] : [],
    ),
  );
}
