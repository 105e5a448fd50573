import { describe, expect, it } from 'vitest';
import type { Note, Score, Track } from '../score/score.js';
import { smallTokenizerConfig } from '../testing/small-tokenizer-config.js';
import { tempoOfBin } from './grid.js';
import { createTokenizer } from './read-tokenizer.js';

const CONFIG = smallTokenizerConfig;
const tokenizer = createTokenizer(CONFIG);
/** The microseconds of 120 quarters a minute, as the nearest tempo bin says it. */
const TEMPO = tempoOfBin(40, CONFIG.tempo);

/** 24 ticks a quarter: a tick is a grid point. */
function scoreOf(tracks: Partial<Track>[], rest: Partial<Score> = {}): Score {
  return {
    ticksPerQuarter: 24,
    name: 'Test',
    tempos: [{ tick: 0, microsecondsPerQuarter: TEMPO }],
    timeSignatures: [],
    keySignatures: [],
    tracks: tracks.map((track) => ({ name: '', channel: 0, program: 0, notes: [], ...track })),
    ...rest,
  };
}

function note(startTicks: number, pitch: number, durationTicks = 24): Note {
  return { pitch, startTicks, durationTicks, velocity: 80 };
}

function words(score: Score): string[] {
  return [...tokenizer.encode(score).tokens].map((id) => tokenizer.tokens[id]);
}

/** The tokens after the head of the first bar. */
function notesOf(score: Score): string {
  const all = words(score);
  return all.slice(all.indexOf('Tempo_40') + 1, -1).join(' ');
}

describe('encode', () => {
  it('writes a head, then bars of positions of notes', () => {
    const score = scoreOf(
      [
        { program: 42, channel: 1, notes: [note(0, 48, 72), note(72, 50, 12)] },
        { program: 40, notes: [note(0, 60), note(24, 62, 48)] },
      ],
      { timeSignatures: [{ tick: 0, numerator: 3, denominator: 4 }] },
    );
    const { tokens } = tokenizer.encode(score, { labels: { composer: 'Bach' } });
    expect([...tokens].map((id) => tokenizer.tokens[id]).join(' ')).toBe(
      'Begin composer_Bach With_violin With_cello ' +
        'Bar TimeSignature_3/4 Tempo_40 ' +
        'Position_0 Instrument_violin Pitch_60 Duration_24 Instrument_cello Pitch_48 Duration_72 ' +
        'Position_24 Instrument_violin Pitch_62 Duration_48 ' +
        'Bar Position_0 Instrument_cello Pitch_50 Duration_12 End',
    );
  });

  it('starts each position with the running instrument, and goes round', () => {
    const notes = [note(0, 60), note(24, 60)];
    const score = scoreOf([
      { program: 0, notes },
      { program: 40, channel: 1, notes },
      { program: 42, channel: 2, notes: [note(24, 60)] },
    ]);
    const instruments = notesOf(score)
      .match(/Position\S+|Instrument\S+|Pitch/g)!
      .join(' ');
    expect(instruments).toBe(
      'Position_0 Instrument_acoustic-grand-piano Pitch Instrument_violin Pitch ' +
        'Position_24 Pitch Instrument_cello Pitch Instrument_acoustic-grand-piano Pitch',
    );
  });

  it('gives percussion its own tokens, after the instruments', () => {
    const score = scoreOf([
      { channel: 9, notes: [note(0, 38, 1)] },
      { program: 40, notes: [note(0, 60), note(24, 61)] },
    ]);
    expect(notesOf(score)).toBe(
      'Position_0 Instrument_violin Pitch_60 Duration_24 Drum_38 Duration_1 ' +
        'Position_24 Pitch_61 Duration_24',
    );
  });

  it.each([
    [96, 'Duration_96'],
    [97, 'Hold_1 Duration_1'],
    [192, 'Hold_1 Duration_96'],
    [17 * 96, 'Hold_16 Duration_96'],
    [5000, 'Hold_16 Duration_96'],
    [0.3, 'Duration_1'],
  ])('says a duration of %d positions', (duration, expected) => {
    const score = scoreOf([{ notes: [note(0, 60, duration)] }]);
    expect(notesOf(score)).toBe(`Position_0 Instrument_acoustic-grand-piano Pitch_60 ${expected}`);
  });

  it('keeps empty bars before and between notes and drops those after', () => {
    const score = scoreOf([{ notes: [note(96, 60), note(3 * 96, 60, 500)] }]);
    expect(words(score).filter((word) => word === 'Bar')).toHaveLength(4);
  });

  it('says metre and tempo only where they change', () => {
    const score = scoreOf([{ notes: [note(0, 60), note(400, 60)] }], {
      tempos: [96, 192, 288].map((tick, i) => ({
        tick: i === 0 ? 0 : tick,
        microsecondsPerQuarter: tempoOfBin(i === 1 ? 40 : 20 + i, CONFIG.tempo),
      })),
      timeSignatures: [
        { tick: 0, numerator: 4, denominator: 4 },
        { tick: 288, numerator: 3, denominator: 4 },
      ],
    });
    const structure = words(score).filter((word) => /^(Bar|Time|Tempo)/.test(word));
    expect(structure.join(' ')).toBe(
      'Bar TimeSignature_4/4 Tempo_20 Bar Bar Tempo_40 Bar TimeSignature_3/4 Tempo_22 Bar',
    );
  });

  it('gives a bar the tempo at which it lasts as long', () => {
    // Two quarters of a second each and two of half a second: 80 quarters a minute.
    const score = scoreOf([{ notes: [note(0, 60)] }], {
      tempos: [
        { tick: 0, microsecondsPerQuarter: 1_000_000 },
        { tick: 48, microsecondsPerQuarter: 500_000 },
      ],
    });
    const { tokens, loss } = tokenizer.encode(score);
    const tempo = [...tokens].find((id) => tokenizer.kindOf(id) === 'Tempo')!;
    const said = tempoOfBin(tempo - tokenizer.idOf('Tempo_0'), CONFIG.tempo);
    expect(60e6 / said).toBeGreaterThan(80 / 1.025);
    expect(60e6 / said).toBeLessThan(80 * 1.025);
    expect(loss.tempo.seconds).toBeCloseTo(3, 9);
    // The slow half is a third too slow for the mean and the fast half a third too fast.
    expect(loss.tempo.errorSeconds / loss.tempo.seconds).toBeCloseTo(1 / 3, 1);
  });

  it('moves pitches by octaves into the range', () => {
    const score = scoreOf([{ notes: [note(0, 12), note(1, 35), note(2, 85), note(3, 127)] }]);
    const pitches = words(score).filter((word) => word.startsWith('Pitch'));
    expect(pitches).toEqual(['Pitch_36', 'Pitch_47', 'Pitch_73', 'Pitch_79']);
    expect(tokenizer.encode(score).loss.pitchesMoved).toBe(4);
  });

  it.each([
    [41, 'With_violin', 'the lower of two equally near programs'],
    [48, 'With_acoustic-grand-piano', 'the first where the family is missing'],
    [7, 'With_acoustic-grand-piano', 'the same family'],
    [43, 'With_cello', 'the nearest of the family'],
  ])('gives program %i to %s: %s', (program, expected) => {
    const score = scoreOf([{ program, notes: [note(0, 60)] }]);
    expect(words(score)).toContain(expected);
    expect(tokenizer.encode(score).loss.instrumentsMapped).toBe(1);
  });

  it('leaves out percussion keys that the vocabulary lacks', () => {
    const score = scoreOf([{ channel: 9, notes: [note(0, 34), note(0, 35), note(0, 51)] }]);
    expect(notesOf(score)).toBe('Position_0 Drum_35 Duration_24');
    expect(tokenizer.encode(score).loss).toMatchObject({ notes: 1, notesDropped: 2 });
  });

  it('says labels that it does not know to be unknown', () => {
    const score = scoreOf([{ notes: [note(0, 60)] }]);
    const labels = { composer: 'Satie', mood: 'calm' };
    const { tokens } = tokenizer.encode(score, { labels });
    expect(tokens[1]).toBe(tokenizer.idOf('composer_unknown'));
  });

  it('measures how far notes move, in the time of the score', () => {
    // 480 ticks a quarter of half a second: a position is 20 ticks, a tick 1.04 ms.
    const score = scoreOf([{ notes: [note(0, 60, 480), note(485, 60, 470), note(970, 60, 480)] }], {
      ticksPerQuarter: 480,
      tempos: [{ tick: 0, microsecondsPerQuarter: 500_000 }],
    });
    const { loss } = tokenizer.encode(score);
    expect(loss).toMatchObject({ notes: 3, onsetsOffGrid: 2, durationsOffGrid: 1 });
    expect(loss.displacement.sumMilliseconds).toBeCloseTo((15 * 500) / 480, 6);
    expect(loss.displacement.maxMilliseconds).toBeCloseTo((10 * 500) / 480, 6);
  });

  it('refuses a score without a note that it can say', () => {
    const expected = { code: 'empty-score' };
    expect(() => tokenizer.encode(scoreOf([]))).toThrow(expect.objectContaining(expected));
    const strange = scoreOf([{ channel: 9, notes: [note(0, 90)] }]);
    expect(() => tokenizer.encode(strange)).toThrow(/found only others \(1\)/);
  });

  it('refuses a stray note millions of bars out', () => {
    const score = scoreOf([{ notes: [note(2 ** 40, 60)] }]);
    expect(() => tokenizer.encode(score)).toThrow(
      expect.objectContaining({ code: 'too-many-bars' }),
    );
  });
});
