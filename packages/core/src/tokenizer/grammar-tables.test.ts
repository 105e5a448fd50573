import { describe, expect, it } from 'vitest';
import type { TokenizerConfig } from './config.js';
import { createTokenizer } from './read-tokenizer.js';
import type { Tokenizer } from './tokenizer.js';

const FULL: TokenizerConfig = {
  version: 1,
  positionsPerQuarter: 24,
  pitchRange: [21, 108],
  instruments: [0, 40, 42],
  percussionKeys: [35, 59],
  timeSignatures: [
    { numerator: 4, denominator: 4 },
    { numerator: 3, denominator: 8 },
  ],
  tempo: { lowestBpm: 16, highestBpm: 384, bins: 64 },
  velocityBins: 8,
  labels: { ensemble: ['Solo Piano'], composer: ['Bach', 'Ravel'] },
};

const CONFIGS: [name: string, config: TokenizerConfig][] = [
  ['everything', FULL],
  ['no velocities', { ...FULL, velocityBins: 0 }],
  ['no labels, no percussion', { ...FULL, labels: {}, percussionKeys: null }],
  ['percussion only', { ...FULL, instruments: [] }],
];

/** Names of the tokens allowed after a token. */
function after(tokenizer: Tokenizer, name: string): string[] {
  const { grammar, vocabularySize, tokens } = tokenizer;
  const row = grammar.stateAfter[tokenizer.idOf(name)] * vocabularySize;
  return tokens.filter((_, id) => grammar.allowed[row + id] === 1);
}

function kindsAfter(tokenizer: Tokenizer, name: string): string[] {
  return [...new Set(after(tokenizer, name).map((each) => tokenizer.kindOf(tokenizer.idOf(each))))];
}

describe.each(CONFIGS)('grammar with %s', (_, config) => {
  const tokenizer = createTokenizer(config);
  const { grammar, vocabularySize } = tokenizer;
  const allowedIds = (state: number): number[] =>
    tokenizer.tokens.flatMap((_, id) =>
      grammar.allowed[state * vocabularySize + id] === 1 ? [id] : [],
    );

  it('allows a token in every state, and every token in some state', () => {
    const states = Array.from({ length: grammar.states }, (_, state) => allowedIds(state));
    expect(states.every((ids) => ids.length > 0)).toBe(true);
    expect(new Set(states.flat()).size).toBe(vocabularySize);
    expect(new Set(grammar.stateAfter).size).toBe(grammar.states);
  });

  it('reaches End from every state', () => {
    const end = tokenizer.idOf('End');
    const reaching = new Set<number>();
    for (let size = -1; size !== reaching.size;) {
      size = reaching.size;
      for (let state = 0; state < grammar.states; state++) {
        const next = allowedIds(state);
        const leads = next.some((id) => id === end || reaching.has(grammar.stateAfter[id]));
        if (leads) reaching.add(state);
      }
    }
    expect(reaching.size).toBe(grammar.states);
  });
});

describe('grammar', () => {
  const tokenizer = createTokenizer(FULL);

  it('begins with one label of each kind in alphabetical order', () => {
    expect(after(tokenizer, 'Begin')).toEqual([
      'composer_unknown',
      'composer_Bach',
      'composer_Ravel',
    ]);
    expect(after(tokenizer, 'composer_Bach')).toEqual(['ensemble_unknown', 'ensemble_Solo Piano']);
    expect(kindsAfter(tokenizer, 'ensemble_unknown')).toEqual(['With']);
  });

  it('declares at least one instrument, ascending', () => {
    expect(after(tokenizer, 'With_violin')).toEqual(['Bar', 'With_cello', 'With_percussion']);
    expect(after(tokenizer, 'With_percussion')).toEqual(['Bar']);
  });

  it.each([
    ['Bar', ['End', 'Bar', 'TimeSignature', 'Tempo', 'Position']],
    ['TimeSignature_3/8', ['End', 'Bar', 'Tempo', 'Position']],
    ['Tempo_3', ['End', 'Bar', 'Position']],
    ['Position_0', ['Instrument', 'Pitch', 'Drum']],
    ['Instrument_cello', ['Pitch']],
    ['Pitch_60', ['Hold', 'Duration']],
    ['Drum_38', ['Hold', 'Duration']],
    ['Hold_16', ['Duration']],
    ['Duration_96', ['Velocity']],
    ['Velocity_7', ['End', 'Bar', 'Position', 'Instrument', 'Pitch', 'Drum']],
    ['End', ['Begin']],
  ])('after %s', (name, kinds) => {
    expect(kindsAfter(tokenizer, name)).toEqual(kinds);
  });

  it('lets the next note follow a duration where there are no velocities', () => {
    const quiet = createTokenizer({ ...FULL, velocityBins: 0 });
    const kinds = ['End', 'Bar', 'Position', 'Instrument', 'Pitch', 'Drum'];
    expect(kindsAfter(quiet, 'Duration_1')).toEqual(kinds);
  });
});
