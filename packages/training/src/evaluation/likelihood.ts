// How well a model predicts pieces: what every evaluation adds up and reports.
import type { Grammar } from '@ostinato/core';
import type { CorpusPiece } from '../data/corpus-format.js';
import type { Split } from '../data/split.js';

/** What evaluations need of a corpus; an open `Corpus` has it. */
export interface EvaluationCorpus {
  readonly tokenizer: {
    /** V */
    readonly vocabularySize: number;
    readonly grammar: Grammar;
    /** The kind of a token; `Pitch` and `Drum` are notes. */
    kindOf(token: number): string;
  };
  pieces(split: Split): readonly CorpusPiece[];
  readTokens(piece: CorpusPiece): Promise<Uint16Array>;
}

export interface Likelihood {
  /** Tokens predicted: all but the first of every piece. */
  readonly tokens: number;
  /** Notes among them: a pitch or percussion key each. */
  readonly notes: number;
  /** Mean cross-entropy, nats per token. */
  readonly natsPerToken: number;
  /** The cross-entropy of all tokens, shared out over the notes; NaN without notes. Unlike the figure per token it can
   *  be compared between tokenizers. */
  readonly natsPerNote: number;
  /** Share of tokens that were the likeliest, 0..1. */
  readonly accuracy: number;
}

/** Adds up predictions. */
export class LikelihoodSum {
  readonly #isNote: Uint8Array;
  #nats = 0;
  #tokens = 0;
  #notes = 0;
  #correct = 0;

  constructor(tokenizer: EvaluationCorpus['tokenizer']) {
    this.#isNote = noteTokens(tokenizer);
  }

  /** One predicted token.
   *  @param nats minus the logarithm of its probability
   *  @param correct whether no other token was likelier */
  add(token: number, nats: number, correct: boolean): void {
    this.#nats += nats;
    this.#tokens++;
    this.#notes += this.#isNote[token];
    if (correct) this.#correct++;
  }

  result(): Likelihood {
    return {
      tokens: this.#tokens,
      notes: this.#notes,
      natsPerToken: this.#nats / this.#tokens,
      natsPerNote: this.#notes > 0 ? this.#nats / this.#notes : NaN,
      accuracy: this.#correct / this.#tokens,
    };
  }
}

/** 1 for every token that stands for one note; shape [V]. */
export function noteTokens(tokenizer: EvaluationCorpus['tokenizer']): Uint8Array {
  return Uint8Array.from({ length: tokenizer.vocabularySize }, (_, token) => {
    const kind = tokenizer.kindOf(token);
    return kind === 'Pitch' || kind === 'Drum' ? 1 : 0;
  });
}
