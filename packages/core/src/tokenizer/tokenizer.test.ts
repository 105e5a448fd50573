import { describe, expect, it } from 'vitest';
import { VocabularyError } from '../errors.js';
import { smallTokenizerConfig } from '../testing/small-tokenizer-config.js';
import type { TokenizerConfig } from './config.js';
import { GENERAL_MIDI_PROGRAMS, instrumentSlug } from './general-midi.js';
import { createTokenizer, parseTokenizer, tokenizerToJson } from './read-tokenizer.js';
import { TokenizerError } from './tokenizer-error.js';

const CONFIG: TokenizerConfig = {
  ...smallTokenizerConfig,
  labels: { ensemble: ['Duo'], composer: ['Bach', 'Ravel'] },
};
const tokenizer = createTokenizer(CONFIG);

function ids(...names: string[]): Uint16Array {
  return Uint16Array.from(names, tokenizer.idOf);
}

function names(tokens: Uint16Array): string[] {
  return [...tokens].map((id) => tokenizer.tokens[id]);
}

describe('vocabulary', () => {
  it('gives every token one name, one id and one kind', () => {
    expect(new Set(tokenizer.tokens).size).toBe(tokenizer.vocabularySize);
    tokenizer.tokens.forEach((name, id) => expect(tokenizer.idOf(name)).toBe(id));
    expect(tokenizer.kindOf(tokenizer.idOf('Pitch_36'))).toBe('Pitch');
    expect(tokenizer.kindOf(tokenizer.idOf('ensemble_Duo'))).toBe('Label');
  });

  it('has as many positions as its longest bar', () => {
    expect(tokenizer.tokens.filter((name) => name.startsWith('Position'))).toHaveLength(96);
  });

  it('refuses names and ids that it lacks', () => {
    expect(() => tokenizer.idOf('Pitch_35')).toThrow(VocabularyError);
    expect(() => tokenizer.kindOf(tokenizer.vocabularySize)).toThrow(/expected 0\.\.\d+/);
  });

  it('tells all General MIDI programs apart', () => {
    expect(GENERAL_MIDI_PROGRAMS).toHaveLength(128);
    expect(new Set(GENERAL_MIDI_PROGRAMS.map((_, i) => instrumentSlug(i))).size).toBe(128);
    expect(instrumentSlug(26)).toBe('electric-guitar-jazz');
    expect(GENERAL_MIDI_PROGRAMS[127]).toBe('Gunshot');
  });
});

describe('head', () => {
  it('holds labels in alphabetical order of their kinds, and instruments ascending', () => {
    const head = tokenizer.head({
      labels: { ensemble: 'Duo', composer: 'Ravel' },
      instruments: ['percussion', 42, 0, 42],
    });
    expect(names(head)).toEqual([
      'Begin',
      'composer_Ravel',
      'ensemble_Duo',
      'With_acoustic-grand-piano',
      'With_cello',
      'With_percussion',
    ]);
  });

  it('says unknown where no label is given', () => {
    expect(names(tokenizer.head({ instruments: [40] }))).toEqual([
      'Begin',
      'composer_unknown',
      'ensemble_unknown',
      'With_violin',
    ]);
  });

  it.each([
    [{ labels: { composer: 'Satie' }, instruments: [0] }, /composer "Satie".*known: Bach, Ravel/],
    [{ labels: { mood: 'calm' }, instruments: [0] }, /"mood".*known: composer, ensemble/],
    [{ instruments: [41] }, /instrument 41.*Violin, Cello, Percussion/],
    [{ instruments: [] }, /at least one instrument/],
  ])('refuses %j', (options, message) => {
    expect(() => tokenizer.head(options)).toThrow(message);
  });
});

describe('withoutLabels', () => {
  const tokens = ids('Begin', 'composer_Bach', 'ensemble_Duo', 'With_violin', 'Bar', 'End');

  it('makes every label unknown, in a copy', () => {
    const without = tokenizer.withoutLabels(tokens);
    expect(names(without).slice(1, 4)).toEqual([
      'composer_unknown',
      'ensemble_unknown',
      'With_violin',
    ]);
    expect(names(tokens)[1]).toBe('composer_Bach');
  });

  it('keeps the kinds that it is told to keep', () => {
    const without = tokenizer.withoutLabels(tokens, (kind) => kind === 'ensemble');
    expect(names(without).slice(1, 3)).toEqual(['composer_Bach', 'ensemble_unknown']);
  });
});

describe('transposition', () => {
  const tokens = ids(
    'Begin',
    'Bar',
    'Pitch_40',
    'Duration_40',
    'Pitch_80',
    'Drum_38',
    'Duration_1',
  );

  it('keeps every pitch in the vocabulary', () => {
    expect(tokenizer.transpositionRange(tokens)).toEqual({ down: -4, up: 4 });
    expect(tokenizer.transpositionRange(ids('Pitch_36'))).toEqual({ down: 0, up: 48 });
    expect(tokenizer.transpositionRange(ids('Begin', 'Drum_38'))).toEqual({ down: 0, up: 0 });
  });

  it('moves pitches and nothing else', () => {
    const moved = names(tokenizer.transposeTokens(tokens, -4));
    expect(moved).toEqual(names(tokens).with(2, 'Pitch_36').with(4, 'Pitch_76'));
  });

  it.each([5, -5, 0.5, NaN])('refuses %d semitones', (semitones) => {
    expect(() => tokenizer.transposeTokens(tokens, semitones)).toThrow(RangeError);
  });
});

describe('noteBias', () => {
  const forbidden = (constraints: Parameters<typeof tokenizer.noteBias>[0]): string[] => {
    const bias = tokenizer.noteBias(constraints);
    return tokenizer.tokens.filter((_, id) => bias[id] === -Infinity);
  };

  it('forbids nothing by default', () => {
    expect([...tokenizer.noteBias({})].every((value) => value === 0)).toBe(true);
  });

  it('forbids other instruments, and percussion unless it is asked for', () => {
    const kinds = new Set(forbidden({ instruments: [40] }).map((name) => name.split('_')[0]));
    expect([...kinds]).toEqual(['With', 'Instrument', 'Drum']);
    expect(forbidden({ instruments: [40, 'percussion'] })).toEqual([
      'With_acoustic-grand-piano',
      'With_cello',
      'Instrument_acoustic-grand-piano',
      'Instrument_cello',
    ]);
  });

  it('forbids pitches where only percussion plays', () => {
    const names = forbidden({ instruments: ['percussion'] });
    expect(names.filter((name) => name.startsWith('Pitch'))).toHaveLength(49);
    expect(names.some((name) => name.startsWith('Drum'))).toBe(false);
  });

  it('forbids pitches out of a range', () => {
    expect(forbidden({ pitchRange: [37, 83] })).toEqual(['Pitch_36', 'Pitch_84']);
  });

  it.each([
    { instruments: [40] },
    { instruments: ['percussion' as const] },
    { instruments: [0, 'percussion' as const], pitchRange: [60, 60] as const },
  ])('leaves a token in every state that it lets a piece reach: %j', (constraints) => {
    const { grammar, vocabularySize } = tokenizer;
    const bias = tokenizer.noteBias(constraints);
    const reached = new Set([grammar.stateAfter[tokenizer.head(constraints).at(-1)!]]);
    for (const state of reached) {
      const next = [...bias.keys()].filter(
        (id) => bias[id] === 0 && grammar.allowed[state * vocabularySize + id] === 1,
      );
      expect(next.length).toBeGreaterThan(0);
      // What follows `End` is another piece.
      for (const id of next) if (id !== tokenizer.idOf('End')) reached.add(grammar.stateAfter[id]);
    }
    expect(reached.size).toBeGreaterThan(5);
  });

  it('refuses constraints that leave no pitch', () => {
    expect(() => tokenizer.noteBias({ pitchRange: [10, 20] })).toThrow(/10\.\.20.*36\.\.84/);
    expect(() => tokenizer.noteBias({ instruments: [1] })).toThrow(VocabularyError);
  });
});

describe('tokenizer.json', () => {
  const text = tokenizerToJson(tokenizer);
  const edited = (edit: (document: Record<string, unknown>) => void): string => {
    const document = JSON.parse(text) as Record<string, unknown>;
    edit(document);
    return JSON.stringify(document);
  };

  it('gives back the same tokenizer', () => {
    const read = parseTokenizer(text);
    expect(read.hash).toBe(tokenizer.hash);
    expect(read.tokens).toEqual(tokenizer.tokens);
    expect(read.grammar).toEqual(tokenizer.grammar);
    expect(tokenizerToJson(read)).toBe(text);
  });

  it('keeps its ids: change the version if this test fails', () => {
    expect(tokenizer.hash).toBe('069109e90f85b7ea9876c39497c93eff79a61c0f56001226e1265dc49be33490');
  });

  it('has a hash that depends on the config and not on the order of its keys', () => {
    const turned = Object.fromEntries(Object.entries(CONFIG).reverse()) as TokenizerConfig;
    expect(createTokenizer(turned).hash).toBe(tokenizer.hash);
    expect(createTokenizer({ ...CONFIG, pitchRange: [36, 85] }).hash).not.toBe(tokenizer.hash);
  });

  it.each([
    ['no JSON', '{', 'tokenizer-config', /expected JSON/],
    ['another document', '{"a":1}', 'tokenizer-config', /format/],
    ['a newer version', edited((d) => (d['version'] = 2)), 'tokenizer-version', /found 2/],
    ['an unknown key', edited((d) => (d['colour'] = 'red')), 'tokenizer-config', /colour/],
    [
      'a wrong range',
      edited((d) => (d['pitchRange'] = [90, 80])),
      'tokenizer-config',
      /pitchRange/,
    ],
    [
      'another order of tokens',
      edited((d) => (d['tokens'] as string[]).reverse()),
      'tokenizer-config',
      /from id 0 on/,
    ],
    [
      'a token too many',
      edited((d) => (d['tokens'] as string[]).push('X')),
      'tokenizer-config',
      /names that follow from the config/,
    ],
  ])('refuses %s', (_, document, code, message) => {
    expect(() => parseTokenizer(document)).toThrow(TokenizerError);
    expect(() => parseTokenizer(document)).toThrow(/^tokenizer(\.json)?: [^\n✖]+$/);
    expect(() => parseTokenizer(document)).toThrow(expect.objectContaining({ code }));
    expect(() => parseTokenizer(document)).toThrow(message);
  });

  it.each([
    ['nothing that plays', { instruments: [], percussionKeys: null }],
    ['instruments out of order', { instruments: [40, 0] }],
    ['a bar longer than eight quarters', { timeSignatures: [{ numerator: 9, denominator: 4 }] }],
    ['a metre twice', { timeSignatures: [CONFIG.timeSignatures[0], CONFIG.timeSignatures[0]] }],
    ['the reserved label', { labels: { composer: ['unknown'] } }],
    ['a label twice', { labels: { composer: ['Bach', 'Bach'] } }],
    [
      'more labels than ids',
      {
        labels: Object.fromEntries(
          Array.from('abcdefghi', (kind) => [kind, Array.from({ length: 4096 }, (_, i) => `${i}`)]),
        ),
      },
    ],
    ['a kind of label in upper case', { labels: { Composer: ['Bach'] } }],
    ['a tempo scale upside down', { tempo: { lowestBpm: 200, highestBpm: 100, bins: 4 } }],
  ])('refuses a config with %s', (_, change) => {
    const config = { ...CONFIG, ...change } as TokenizerConfig;
    expect(() => createTokenizer(config)).toThrow(
      expect.objectContaining({ code: 'tokenizer-config' }),
    );
  });
});
