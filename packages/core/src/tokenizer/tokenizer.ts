// The tokenizer: Score -> token ids -> Score, and what training and composing need to know of the ids.
import type { Score } from '../score/score.js';
import type { TokenizerConfig } from './config.js';
import { instrumentIndices, noteBias } from './constraints.js';
import type { NoteConstraints } from './constraints.js';
import { createDecoder } from './decoder.js';
import type { Decoder } from './decoder.js';
import { encodeScore } from './encoder.js';
import type { EncodedScore } from './encoder.js';
import type { Instrument } from './general-midi.js';
import { buildGrammar } from './grammar-tables.js';
import type { Grammar } from './grammar.js';
import { headOfPiece, withoutLabels } from './head.js';
import type { Labels } from './head.js';
import { barRotations, rotateBars } from './rotate-bars.js';
import { shiftVelocities, stretchTempo } from './shift-bins.js';
import { playableTransposition, transposeTokens, transpositionRange } from './transpose.js';
import type { TranspositionRange } from './transpose.js';
import { createVocabulary } from './vocabulary.js';
import type { LabelBlock, TokenKind, Vocabulary } from './vocabulary.js';

export interface EncodeOptions {
  /** What is known of the piece; kinds and values that the vocabulary lacks are said to be unknown. Default: none. */
  labels?: Labels;
}

export interface HeadOptions {
  /** Default: every label unknown. */
  labels?: Labels;
  /** At least one. */
  instruments: readonly Instrument[];
}

/** Letters: T tokens of a sequence, V vocabulary size. */
export interface Tokenizer {
  readonly config: TokenizerConfig;
  /** V, at most 65,535. */
  readonly vocabularySize: number;
  /** Names by id, such as `Pitch_60`, `With_violin` or `composer_Bach`; shape [V]. */
  readonly tokens: readonly string[];
  readonly grammar: Grammar;
  /** SHA-256 of tokenizer.json in canonical form: equal hashes mean equal ids. */
  readonly hash: string;
  /** The instruments that can play: programs ascending, then percussion. */
  readonly instruments: readonly Instrument[];
  /** The kinds of labels, in the order of the head, and their values. */
  readonly labels: readonly LabelBlock[];

  /** Encodes a whole piece, from `Begin` to `End`.
   *  @throws {TokenizerError} `empty-score` if no note can be said; `too-many-bars` beyond 65,536 bars */
  encode(score: Score, options?: EncodeOptions): EncodedScore;
  /** Decodes one piece; the list may end anywhere.
   *  @param tokens ids, shape [T]
   *  @throws {VocabularyError} if an id is outside 0..V-1
   *  @throws {TokenizerError} `ungrammatical` if a token may not follow the one before it */
  decode(tokens: Iterable<number>): Score;
  /** Decodes one piece token by token. */
  createDecoder(): Decoder;

  /** The tokens before the first bar: `Begin`, labels, instruments.
   *  @throws {VocabularyError} if the vocabulary lacks a label or an instrument, or no instrument is given */
  head(options: HeadOptions): Uint16Array;
  /** A bias that forbids every note outside of the constraints: 0 for allowed tokens, -Infinity for others, shape [V].
   *  @throws {VocabularyError} if the vocabulary lacks an instrument, or no pitch is left */
  noteBias(constraints: NoteConstraints): Float32Array;
  /** Replaces labels by `unknown`, as training does now and then so that the model also composes without them.
   *  @param drop decides by the kind of each label; default: all
   *  @returns a copy */
  withoutLabels(tokens: Uint16Array, drop?: (kind: string) => boolean): Uint16Array;
  /** The shifts in semitones that keep every pitch in the vocabulary. */
  transpositionRange(tokens: Uint16Array): TranspositionRange;
  /** The shifts that also keep every instrument within what it can play; a pitch that the sequence itself asks of an
   *  instrument counts as playable. */
  playableTransposition(tokens: Uint16Array): TranspositionRange;
  /** Shifts every pitch; percussion stays.
   *  @returns a copy
   *  @throws {RangeError} outside of `transpositionRange` */
  transposeTokens(tokens: Uint16Array, semitones: number): Uint16Array;
  /** Multiplies every tempo by a factor, to the nearest bin; all by as many bins, and no further than the scale goes.
   *  @returns a copy
   *  @throws {RangeError} if the factor is not a positive number */
  stretchTempo(tokens: Uint16Array, factor: number): Uint16Array;
  /** Makes every note louder (or, below 0, softer) by as many bins, within the scale; nothing without velocities.
   *  @returns a copy
   *  @throws {RangeError} if `bins` is not an integer */
  shiftVelocities(tokens: Uint16Array, bins: number): Uint16Array;
  /** In how many ways a piece can begin, >= 1: as it does, or at a bar line that has notes on both sides. */
  barRotations(tokens: Uint16Array): number;
  /** The piece from one of those places to its end, then, as a piece of its own that stops without an `End`, from its
   *  beginning to that place. The first part says again the metre, tempo and instrument in force where it begins.
   *  @param rotation 0 (the piece as it is) to `barRotations` - 1
   *  @returns a copy: two pieces, one after another, unless `rotation` is 0
   *  @throws {RangeError} if there is no such rotation */
  rotateBars(tokens: Uint16Array, rotation: number): Uint16Array;

  /** @throws {VocabularyError} if there is no token of that name */
  idOf(name: string): number;
  /** @throws {VocabularyError} if the id is outside 0..V-1 */
  kindOf(id: number): TokenKind;
}

/** Makes a tokenizer again of what one has: where the tokenizer itself cannot be sent, as from a worker to its page.
 *  @param parts `config` and `hash` of a tokenizer; nothing is checked */
export function restoreTokenizer({ config, hash }: Pick<Tokenizer, 'config' | 'hash'>): Tokenizer {
  return tokenizerOf(createVocabulary(config), hash);
}

/** @param hash of the vocabulary, as in `Tokenizer` */
export function tokenizerOf(vocabulary: Vocabulary, hash: string): Tokenizer {
  const grammar = buildGrammar(vocabulary);
  return {
    config: vocabulary.config,
    vocabularySize: vocabulary.size,
    tokens: vocabulary.tokens,
    grammar,
    hash,
    instruments: vocabulary.instruments,
    labels: vocabulary.labels,
    encode: (score, { labels = {} } = {}) => encodeScore(score, labels, vocabulary),
    decode(tokens) {
      const decoder = createDecoder(vocabulary, grammar);
      for (const token of tokens) decoder.push(token);
      return decoder.end();
    },
    createDecoder: () => createDecoder(vocabulary, grammar),
    head({ labels = {}, instruments }) {
      const indices = instrumentIndices(vocabulary, instruments);
      return Uint16Array.from(headOfPiece(vocabulary, labels, indices));
    },
    noteBias: (constraints) => noteBias(vocabulary, constraints),
    withoutLabels: (tokens, drop) => withoutLabels(vocabulary, tokens, drop),
    transpositionRange: (tokens) => transpositionRange(vocabulary, tokens),
    playableTransposition: (tokens) => playableTransposition(vocabulary, tokens),
    transposeTokens: (tokens, semitones) => transposeTokens(vocabulary, tokens, semitones),
    stretchTempo: (tokens, factor) => stretchTempo(vocabulary, tokens, factor),
    shiftVelocities: (tokens, bins) => shiftVelocities(vocabulary, tokens, bins),
    barRotations: (tokens) => barRotations(vocabulary, tokens),
    rotateBars: (tokens, rotation) => rotateBars(vocabulary, tokens, rotation),
    idOf: vocabulary.idOf,
    kindOf: vocabulary.kindOf,
  };
}
