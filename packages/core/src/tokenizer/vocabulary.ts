// The token ids of a config. Tokens of a kind have consecutive ids, so an id is an offset and a value.
import { VocabularyError } from '../errors.js';
import type { TokenizerConfig } from './config.js';
import { instrumentSlug } from './general-midi.js';
import type { Instrument } from './general-midi.js';
import { DURATION_UNIT, MOST_HOLDS } from './grid.js';
import { barLength, metreName } from './metre.js';
import { UNKNOWN_LABEL } from './unknown-label.js';

/** What a token says. Its value, in brackets:
 *  - `Begin`, `End` of a piece; `Label` of the piece (index among all label tokens)
 *  - `With` declares an instrument (index into `Vocabulary.instruments`)
 *  - `Bar` line; `TimeSignature` (index into the config's list) and `Tempo` (bin) from this bar on
 *  - `Position` in the bar (grid points from the bar line)
 *  - `Instrument` of the notes that follow (index into the config's programs)
 *  - `Pitch` of a note (MIDI pitch), or `Drum` (percussion key), followed by
 *    `Hold` (adds that many times 96 grid points), `Duration` (grid points, 1..96) and `Velocity` (bin) */
export type TokenKind =
  | 'Begin'
  | 'End'
  | 'Bar'
  | 'Label'
  | 'With'
  | 'TimeSignature'
  | 'Tempo'
  | 'Position'
  | 'Instrument'
  | 'Pitch'
  | 'Drum'
  | 'Hold'
  | 'Duration'
  | 'Velocity';

/** The consecutive ids of a kind: value `firstValue + i` has id `firstId + i`, for i in 0..count-1. */
interface TokenBlock {
  readonly kind: TokenKind;
  readonly firstId: number;
  readonly firstValue: number;
  readonly count: number;
}

/** The label tokens of one kind: `unknown` first, then each known value. */
export interface LabelBlock {
  readonly kind: string;
  readonly unknownId: number;
  readonly values: readonly string[];
}

export interface Vocabulary {
  readonly config: TokenizerConfig;
  /** V */
  readonly size: number;
  /** Names by id, such as `Pitch_60`, `With_violin` or `composer_Bach`. */
  readonly tokens: readonly string[];
  /** Programs ascending, then percussion if the config has it. */
  readonly instruments: readonly Instrument[];
  /** Label kinds in alphabetical order, as they stand at the head of a piece. */
  readonly labels: readonly LabelBlock[];
  /** Blocks by kind; a kind that the config does not need has count 0. */
  readonly blocks: Readonly<Record<TokenKind, TokenBlock>>;
  /** @throws {VocabularyError} if there is no such token */
  idOf(name: string): number;
  /** The id of a kind's value.
   *  @throws {VocabularyError} if there is no such token */
  id(kind: TokenKind, value?: number): number;
  /** @throws {VocabularyError} if the id is outside 0..V-1 */
  kindOf(id: number): TokenKind;
  /** The value of a token, as TokenKind describes it; 0 for kinds without one.
   *  @throws {VocabularyError} if the id is outside 0..V-1 */
  valueOf(id: number): number;
}

/** Numbers the tokens of a config. The order is part of the format: a change needs a new TOKENIZER_VERSION. */
export function createVocabulary(config: TokenizerConfig): Vocabulary {
  const instruments: Instrument[] = [...config.instruments];
  if (config.percussionKeys !== null) instruments.push('percussion');
  const names = namesByKind(config, instruments);
  const blocks = {} as Record<TokenKind, TokenBlock>;
  const tokens: string[] = [];
  const blockOfId: TokenBlock[] = [];
  for (const { kind, firstValue, names: kindNames } of names) {
    const block = { kind, firstId: tokens.length, firstValue, count: kindNames.length };
    blocks[kind] = block;
    for (const name of kindNames) {
      tokens.push(name);
      blockOfId.push(block);
    }
  }
  const ids = new Map(tokens.map((name, id) => [name, id]));
  const blockOf = (id: number): TokenBlock => {
    const block = blockOfId[id];
    if (block !== undefined) return block;
    throw unknownToken(`token id ${id}`, `0..${tokens.length - 1}`);
  };
  return {
    config,
    size: tokens.length,
    tokens,
    instruments,
    labels: labelBlocks(config, blocks.Label.firstId),
    blocks,
    idOf(name) {
      const id = ids.get(name);
      if (id === undefined) throw unknownToken(`"${name}"`, 'one of `tokens`');
      return id;
    },
    id(kind, value = 0) {
      const { firstId, firstValue, count } = blocks[kind];
      const offset = value - firstValue;
      if (offset >= 0 && offset < count && Number.isInteger(offset)) return firstId + offset;
      throw unknownToken(`${kind} ${value}`, `${firstValue}..${firstValue + count - 1}`);
    },
    kindOf: (id) => blockOf(id).kind,
    valueOf(id) {
      const { firstId, firstValue } = blockOf(id);
      return firstValue + id - firstId;
    },
  };
}

interface KindNames {
  kind: TokenKind;
  firstValue: number;
  names: string[];
}

function namesByKind(config: TokenizerConfig, instruments: readonly Instrument[]): KindNames[] {
  const numbered = (kind: TokenKind, low: number, high: number): KindNames => {
    const names = Array.from(
      { length: Math.max(0, high - low + 1) },
      (_, i) => `${kind}_${low + i}`,
    );
    return { kind, firstValue: low, names };
  };
  const named = (kind: TokenKind, names: string[]): KindNames => ({ kind, firstValue: 0, names });
  const [lowest, highest] = config.instruments.length > 0 ? config.pitchRange : [0, -1];
  const [firstKey, lastKey] = config.percussionKeys ?? [0, -1];
  const longestBar = Math.max(...config.timeSignatures.map(barLength));
  return [
    named('Begin', ['Begin']),
    named('End', ['End']),
    named('Bar', ['Bar']),
    named('Label', labelNames(config)),
    named(
      'With',
      instruments.map((instrument) => `With_${instrumentSlug(instrument)}`),
    ),
    named(
      'TimeSignature',
      config.timeSignatures.map((metre) => `TimeSignature_${metreName(metre)}`),
    ),
    numbered('Tempo', 0, config.tempo.bins - 1),
    numbered('Position', 0, longestBar - 1),
    named(
      'Instrument',
      config.instruments.map((program) => `Instrument_${instrumentSlug(program)}`),
    ),
    numbered('Pitch', lowest, highest),
    numbered('Drum', firstKey, lastKey),
    numbered('Hold', 1, MOST_HOLDS),
    numbered('Duration', 1, DURATION_UNIT),
    numbered('Velocity', 0, config.velocityBins - 1),
  ];
}

function labelKinds(config: TokenizerConfig): string[] {
  return Object.keys(config.labels).sort();
}

function labelNames(config: TokenizerConfig): string[] {
  return labelKinds(config).flatMap((kind) =>
    [UNKNOWN_LABEL, ...config.labels[kind]].map((value) => `${kind}_${value}`),
  );
}

function labelBlocks(config: TokenizerConfig, firstId: number): LabelBlock[] {
  let unknownId = firstId;
  return labelKinds(config).map((kind) => {
    const block = { kind, unknownId, values: config.labels[kind] };
    unknownId += 1 + block.values.length;
    return block;
  });
}

function unknownToken(found: string, expected: string): VocabularyError {
  const message = `vocabulary: expected ${expected}, found ${found}`;
  return new VocabularyError('unknown-token', `${message}; was it written by another tokenizer?`);
}
