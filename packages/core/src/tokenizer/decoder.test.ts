import { describe, expect, it } from 'vitest';
import { VocabularyError } from '../errors.js';
import type { Score } from '../score/score.js';
import { smallTokenizerConfig } from '../testing/small-tokenizer-config.js';
import type { TokenizerConfig } from './config.js';
import type { DecodedEvent } from './decoder.js';
import { tempoOfBin } from './grid.js';
import { createTokenizer } from './read-tokenizer.js';

const CONFIG: TokenizerConfig = {
  ...smallTokenizerConfig,
  timeSignatures: [...smallTokenizerConfig.timeSignatures, { numerator: 1, denominator: 16 }],
  labels: {},
};
const tokenizer = createTokenizer(CONFIG);

/** `P60` and `D24` stand for Pitch_60 and Duration_24, `@12` for Position_12, `V`, `C` and `P` for instruments. */
function ids(text: string): number[] {
  const long = (word: string): string =>
    word
      .replace(/^P(\d)/, 'Pitch_$1')
      .replace(/^D(\d)/, 'Duration_$1')
      .replace(/^@/, 'Position_')
      .replace(/^V$/, 'Instrument_violin')
      .replace(/^C$/, 'Instrument_cello')
      .replace(/^(\d+\/\d+)$/, 'TimeSignature_$1');
  return text.split(/\s+/).map((word) => tokenizer.idOf(long(word)));
}

function decode(text: string): Score {
  return tokenizer.decode(ids(text));
}

function events(text: string): DecodedEvent[] {
  const decoder = tokenizer.createDecoder();
  return ids(text).flatMap((id) => decoder.push(id) ?? []);
}

/** Onsets in grid points, in the order of the tokens. */
function onsets(text: string): number[] {
  return events(text).flatMap((event) => (event.type === 'note' ? event.startTicks / 20 : []));
}

describe('decoder', () => {
  it('gives notes and bars as they complete, with their times', () => {
    const microseconds = tempoOfBin(10, CONFIG.tempo);
    const quarter = microseconds / 1e6;
    const seen = events(
      'Begin With_violin With_cello Bar 3/4 Tempo_10 @0 C P50 D24 Bar @12 V P60 D6',
    );
    expect(seen).toEqual([
      { type: 'bar', bar: 0, startTicks: 0, startSeconds: 0 },
      {
        type: 'note',
        instrument: 42,
        pitch: 50,
        velocity: 80,
        startTicks: 0,
        durationTicks: 480,
        startSeconds: 0,
        durationSeconds: expect.closeTo(quarter, 9),
        bar: 0,
      },
      { type: 'bar', bar: 1, startTicks: 1440, startSeconds: expect.closeTo(3 * quarter, 9) },
      {
        type: 'note',
        instrument: 40,
        pitch: 60,
        velocity: 80,
        startTicks: 1680,
        durationTicks: 120,
        startSeconds: expect.closeTo(3.5 * quarter, 9),
        durationSeconds: expect.closeTo(quarter / 4, 9),
        bar: 1,
      },
    ]);
  });

  it('puts a position that is not after the one before it into the next bar', () => {
    expect(onsets('Begin With_violin Bar 3/4 @24 P60 D1 @24 P60 D1 @0 P60 D1')).toEqual([
      24,
      24 + 72,
      144,
    ]);
  });

  it('rolls a position beyond the end of its bar over into following bars', () => {
    const text = 'Begin With_violin Bar 1/16 @13 P60 D1 @0 P60 D1 Bar @0 P60 D1';
    expect(onsets(text)).toEqual([13, 18, 24]);
    const bars = events(text).map((event) => [event.type, event.bar]);
    expect(bars).toEqual([
      ['bar', 0],
      ['bar', 2],
      ['note', 2],
      ['bar', 3],
      ['note', 3],
      ['bar', 4],
      ['note', 4],
    ]);
  });

  it('gives notes before any Instrument to the first one declared, percussion apart', () => {
    expect(decode('Begin With_cello With_percussion Bar @0 P60 D1').tracks[0].program).toBe(42);
  });

  it('is in 4/4 near 120 quarters a minute until told otherwise', () => {
    const { timeSignatures, tempos } = decode('Begin With_cello Bar @0 P60 D1');
    expect(timeSignatures).toEqual([{ tick: 0, numerator: 4, denominator: 4 }]);
    expect(tempos).toHaveLength(1);
    expect(60e6 / tempos[0].microsecondsPerQuarter).toBeCloseTo(120, -1);
  });

  it('notes metre and tempo only where they change', () => {
    const score = decode(
      'Begin With_cello Bar 3/4 Tempo_9 Bar 3/4 Tempo_9 Bar 4/4 Tempo_8 Bar 3/4',
    );
    expect(score.timeSignatures.map(({ tick, numerator }) => [tick, numerator])).toEqual([
      [0, 3],
      [2 * 1440, 4],
      [2 * 1440 + 1920, 3],
    ]);
    expect(score.tempos.map(({ tick }) => tick)).toEqual([0, 2 * 1440]);
  });

  it.each(['Begin', 'Begin With_violin Bar @0', 'Begin With_violin Bar @0 P60', 'End'])(
    'drops what is incomplete at the end of "%s"',
    (text) => {
      expect(decode(text).tracks).toEqual([]);
      if (text !== 'End') expect(decode(`${text} End`).tracks).toEqual([]);
    },
  );

  it('goes on after a score was taken, and leaves that score alone', () => {
    const decoder = tokenizer.createDecoder();
    for (const id of ids('Begin With_violin Bar @0 P60 D24')) decoder.push(id);
    const early = decoder.end();
    early.tracks[0].notes[0].pitch = 1;
    early.timeSignatures[0].numerator = 9;
    for (const id of ids('@24 P62 D24 End')) decoder.push(id);
    expect(early.tracks[0].notes).toHaveLength(1);
    expect(decoder.end()).toEqual(decode('Begin With_violin Bar @0 P60 D24 @24 P62 D24 End'));
  });

  it('keeps unisons and overlaps of one instrument on tracks of their own', () => {
    const { tracks } = decode(
      'Begin With_violin Bar @0 P60 D48 P60 D24 P64 D24 @24 P60 D24 P64 D24',
    );
    const parts = tracks.map(({ name, program, channel, notes }) => ({
      name,
      program,
      channel,
      notes: notes.map(
        (note) => `${note.pitch}@${note.startTicks / 20}+${note.durationTicks / 20}`,
      ),
    }));
    expect(parts).toEqual([
      {
        name: 'Violin',
        program: 40,
        channel: 0,
        notes: ['60@0+24', '64@0+24', '60@24+24', '64@24+24'],
      },
      { name: 'Violin 2', program: 40, channel: 1, notes: ['60@0+48'] },
    ]);
  });

  it.each([
    ['With_violin', /token 0: With_violin may not come at the start/],
    ['Begin Bar', /token 1: Bar may not come after Begin/],
    ['Begin With_violin Bar @0 P60 Bar', /token 5: Bar may not come after Pitch_60/],
    ['Begin With_violin Bar End Begin', /token 4: Begin may not come after End; .* of its own/],
    ['Begin End End', /token 2/],
  ])('refuses "%s"', (text, message) => {
    expect(() => decode(text)).toThrow(message);
    expect(() => decode(text)).toThrow(expect.objectContaining({ code: 'ungrammatical' }));
  });

  it.each([-1, tokenizer.vocabularySize, 0.5, NaN])('refuses the id %d', (id) => {
    expect(() => tokenizer.decode([id])).toThrow(VocabularyError);
  });
});
