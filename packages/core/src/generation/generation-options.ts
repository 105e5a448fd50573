// What can be asked of `generate`, and what it gives back.
import type { ModelState, SamplingParameters } from '../model/next-token-model.js';
import type { Score } from '../score/score.js';
import type { Decoder, NoteEvent } from '../tokenizer/decoder.js';
import type { Instrument } from '../tokenizer/general-midi.js';
import type { Labels } from '../tokenizer/head.js';
import type { Seed } from './random.js';

/** Options of `generate`. Sampling: temperature 1 and no cut unless told otherwise. */
export interface GenerateOptions extends Partial<SamplingParameters> {
  /** Equal seeds (and everything else equal) give equal pieces. Default 1. */
  seed?: Seed;
  /** Added to the logits of every draw, shape [V]; `-Infinity` forbids a token. Default: none. */
  bias?: Float32Array;
  /** What the piece is to be like, by kind: `{ composer: 'Bach' }`. Default: unknown. Not with a primer of tokens, which
   *  has its own. */
  labels?: Labels;
  /** Who plays: declared at the head, and nobody else plays. With a primer, who may play after it. Default: the model
   *  chooses; with a primer, everybody. */
  instruments?: readonly Instrument[];
  /** Lowest and highest MIDI pitch, inclusive; percussion is not bound. Default: all of the vocabulary. */
  pitchRange?: readonly [low: number, high: number];
  /** A piece to continue: a Score, which is rounded to the grid, or tokens from `Begin` on, such as a composition's. A
   *  final `End` is taken off. Default: none. */
  primer?: Score | ArrayLike<number>;
  /** Whether the primer's notes are yielded too. Default false. */
  includePrimer?: boolean;

  /** Length in bars, an integer 1..10_000. After a primer: whole bars after its last one. */
  bars?: number;
  /** Length in seconds, above 0, at most 86_400. After a primer: after its last note ends. */
  seconds?: number;
  /** Number of notes, an integer of at least 1. A primer's are not counted. */
  notes?: number;
  /** Tokens drawn at most, an integer 1..1_000_000. Default 50_000, so that a model that never ends does. */
  maxTokens?: number;
  /** Whether the model may end the piece before the length that was asked for. Default false; without a length the
   *  model always may. */
  mayEndEarly?: boolean;

  /** Tokens asked of the model at a time, 1..4096. It changes when notes arrive and never which. Default: from 16,
   *  doubling to 64. */
  blockSize?: number;
  /** Asked before each block: in how many milliseconds its notes are needed, from 0 on. Where the model has more callers than it
   *  can serve at once, those go first who have the least time; the notes are the same. Default: at once. */
  neededIn?: () => number;
  /** Reads the tokens as they are drawn: give one of the tokenizer's, new, to have its `end()` say at any time what the
   *  piece is so far. Default: one that nobody else sees. */
  decoder?: Decoder;
  /** Begins with what another run of the same model with the same options had drawn, instead of asking the model for it
   *  again: the notes are the same, and come from the first one on. Default: none. */
  resume?: GenerationCheckpoint;
  /** Aborting throws the signal's reason, and gives up the block at work. */
  signal?: AbortSignal;
}

/** A piece as it is composed. */
export interface Generation extends AsyncGenerator<NoteEvent, Composition, undefined> {
  /** Where a run with the same options can go on: what there is after the last block that was drawn. At any time, also
   *  after an error or an abort. */
  checkpoint(): GenerationCheckpoint;
}

/** Plain data: it can be kept, and sent elsewhere. */
export interface GenerationCheckpoint {
  /** The piece so far, from `Begin` on; at least one token. */
  readonly tokens: Uint16Array;
  /** Of one sequence: what the model remembers of all tokens but the last. */
  readonly state: ModelState;
}

/** Why a piece stopped: the model ended it, or the first limit that was reached. */
export type StopReason = 'end' | 'bars' | 'seconds' | 'notes' | 'tokens';

export interface Composition {
  /** The piece from `Begin` on, the primer included; up to the last note or bar line that counts where bars or seconds
   *  stopped it. As a primer, with the same seed, it goes on as if it had never stopped. */
  readonly tokens: Uint16Array;
  /** How many of the tokens were given (head or primer) and not drawn. */
  readonly givenTokens: number;
  /** The piece, the primer included. Where bars or seconds were asked for it ends there: no note begins later, and what
   *  still sounds is cut. */
  readonly score: Score;
  readonly stoppedBy: StopReason;
}
