// What augmentation does to token sequences: properties over random scores, and of every grammatical sequence.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Score, Track } from '../score/score.js';
import { smallTokenizerConfig } from '../testing/small-tokenizer-config.js';
import type { DecodedEvent, NoteEvent } from './decoder.js';
import { GENERAL_MIDI_PROGRAMS } from './general-midi.js';
import { tempoOfBin, velocityOfBin } from './grid.js';
import { playableRange } from './instrument-ranges.js';
import { createTokenizer } from './read-tokenizer.js';

const VELOCITY_BINS = 8;
const { tempo: SCALE } = smallTokenizerConfig;
const tokenizer = createTokenizer({ ...smallTokenizerConfig, velocityBins: VELOCITY_BINS });
const plain = createTokenizer(smallTokenizerConfig);
const BEGIN = tokenizer.idOf('Begin');

const anyBar = fc.record({
  beats: fc.constantFrom(3, 4),
  tempoBin: fc.oneof(fc.constant(40), fc.nat({ max: SCALE.bins - 1 })),
  notes: fc.array(
    fc.record({
      part: fc.nat({ max: 3 }), // piano, violin, cello, percussion
      pitch: fc.integer({ min: 36, max: 84 }),
      position: fc.nat({ max: 71 }),
      duration: fc.oneof(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 400 })),
      velocityBin: fc.nat({ max: VELOCITY_BINS - 1 }),
    }),
    { maxLength: 5 },
  ),
});

const anyScore: fc.Arbitrary<Score> = fc
  .array(anyBar, { minLength: 1, maxLength: 6 })
  .map((bars) => {
    const notes: Track['notes'][] = [[], [], [], []];
    const score: Score = {
      ticksPerQuarter: 24,
      name: '',
      tempos: [],
      timeSignatures: [],
      keySignatures: [],
      tracks: [0, 40, 42, 0].map((program, part) => ({
        name: '',
        channel: part === 3 ? 9 : part,
        program,
        notes: notes[part],
      })),
    };
    let tick = 0;
    for (const bar of bars) {
      score.tempos.push({ tick, microsecondsPerQuarter: tempoOfBin(bar.tempoBin, SCALE) });
      score.timeSignatures.push({ tick, numerator: bar.beats, denominator: 4 });
      for (const { part, pitch, position, duration, velocityBin } of bar.notes) {
        notes[part].push({
          pitch: part === 3 ? 35 + (pitch % 16) : pitch,
          startTicks: tick + position,
          durationTicks: duration,
          velocity: velocityOfBin(velocityBin, VELOCITY_BINS),
        });
      }
      tick += bar.beats * 24;
    }
    for (const part of notes) part.sort((a, b) => a.startTicks - b.startTicks);
    return score;
  })
  .filter(({ tracks }) => tracks.some(({ notes }) => notes.length > 0));

const anyTokens = anyScore.map((score) => tokenizer.encode(score).tokens);

function eventsOf(tokens: Iterable<number>): DecodedEvent[] {
  const decoder = tokenizer.createDecoder();
  return [...tokens].flatMap((token) => decoder.push(token) ?? []);
}

/** Notes without their times in seconds. */
function notesOf(tokens: Iterable<number>): Omit<NoteEvent, 'startSeconds' | 'durationSeconds'>[] {
  const notes = eventsOf(tokens).filter((event) => event.type === 'note');
  return notes.map(({ startSeconds: _, durationSeconds: __, ...note }) => note);
}

function temposOf(tokens: Uint16Array): number[] {
  return tokenizer
    .decode(tokens)
    .tempos.map(({ microsecondsPerQuarter }) => microsecondsPerQuarter);
}

/** Cuts a sequence before every `Begin`. */
function piecesOf(tokens: Uint16Array): Uint16Array[] {
  const starts = [...tokens.keys()].filter((at) => tokens[at] === BEGIN);
  return starts.map((start, piece) => tokens.subarray(start, starts[piece + 1]));
}

function expectGrammatical(tokens: Uint16Array): void {
  const { grammar, vocabularySize } = tokenizer;
  expect(tokens[0]).toBe(BEGIN);
  for (let at = 1; at < tokens.length; at++) {
    const row = grammar.stateAfter[tokens[at - 1]] * vocabularySize;
    expect(grammar.allowed[row + tokens[at]]).toBe(1);
  }
}

/** The same notes, but for the place from which bars, ticks and seconds are counted. */
function expectSameNotes(
  found: readonly NoteEvent[],
  original: readonly NoteEvent[],
  start: DecodedEvent,
): void {
  const placed = original.map(({ startSeconds: _, ...note }) => ({
    ...note,
    bar: note.bar - start.bar,
    startTicks: note.startTicks - start.startTicks,
  }));
  expect(found.map(({ startSeconds: _, ...note }) => note)).toEqual(placed);
  for (const [index, { startSeconds }] of found.entries()) {
    // Sums of the same numbers in another order differ in the last bits.
    expect(startSeconds).toBeCloseTo(original[index].startSeconds - start.startSeconds, 9);
  }
}

describe('playable transposition', () => {
  const range = (...names: string[]): unknown =>
    plain.playableTransposition(Uint16Array.from(names.map((name) => plain.idOf(name))));

  it('keeps every instrument within its range', () => {
    // Violin from 55 on, cello from 36 to 90; the vocabulary ends at 84.
    expect(range('With_violin', 'Instrument_violin', 'Pitch_60')).toEqual({ down: -5, up: 24 });
    expect(range('With_cello', 'Instrument_cello', 'Pitch_60')).toEqual({ down: -24, up: 24 });
    expect(
      range('Instrument_violin', 'Pitch_60', 'Instrument_cello', 'Pitch_39', 'Pitch_70'),
    ).toEqual({ down: -3, up: 14 });
  });

  it('takes what the piece asks for as playable', () => {
    expect(range('Instrument_violin', 'Pitch_50')).toEqual({ down: 0, up: 34 });
    const horns = createTokenizer({ ...smallTokenizerConfig, instruments: [60] }); // 41..77
    const high = Uint16Array.of(horns.idOf('With_french-horn'), horns.idOf('Pitch_80'));
    expect(horns.playableTransposition(high)).toEqual({ down: -39, up: 0 });
  });

  it('knows who plays before any instrument is named', () => {
    expect(range('With_violin', 'With_percussion', 'Pitch_60')).toEqual({ down: -5, up: 24 });
    expect(range('With_percussion', 'Drum_40')).toEqual({ down: 0, up: 0 });
  });

  it('is never wider than the vocabulary, and holds for every shift in it', () => {
    fc.assert(
      fc.property(anyTokens, fc.nat(), (tokens, choice) => {
        const { down, up } = tokenizer.playableTransposition(tokens);
        const semitones = down + (choice % (up - down + 1));
        const moved = tokenizer.transposeTokens(tokens, semitones);
        const before = notesOf(tokens);
        notesOf(moved).forEach(({ instrument, pitch }, index) => {
          const { pitch: original } = before[index];
          expect(pitch).toBe(original + (instrument === 'percussion' ? 0 : semitones));
          if (instrument === 'percussion' || semitones === 0) return;
          const [low, high] = playableRange(instrument);
          if (semitones < 0) expect(pitch).toBeGreaterThanOrEqual(Math.min(low, original));
          else expect(pitch).toBeLessThanOrEqual(Math.max(high, original));
        });
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('has a range for every program', () => {
    for (const program of GENERAL_MIDI_PROGRAMS.keys()) {
      const [low, high] = playableRange(program);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high - low).toBeGreaterThanOrEqual(12);
      expect(high).toBeLessThanOrEqual(127);
    }
    expect(playableRange(0)).toEqual([21, 108]); // the 88 keys
    expect(playableRange(42)).toEqual([36, 90]); // cello
    expect(playableRange(127)).toEqual([0, 127]); // gunshot, in the last place of the table
  });
});

describe('tempo', () => {
  it('is multiplied by the factor, to the nearest bin, for the whole piece alike', () => {
    fc.assert(
      fc.property(anyTokens, fc.double({ min: 0.5, max: 2, noNaN: true }), (tokens, factor) => {
        const stretched = tokenizer.stretchTempo(tokens, factor);
        expect(notesOf(stretched)).toEqual(notesOf(tokens));
        const ratios = temposOf(tokens).map((from, index) => from / temposOf(stretched)[index]);
        const step = (SCALE.highestBpm / SCALE.lowestBpm) ** (1 / SCALE.bins);
        const steps = ratios.map((ratio) => Math.round(Math.log(ratio) / Math.log(step)));
        expect(new Set(steps).size).toBe(1);
        const slack = temposOf(tokens).every((from) => {
          const wanted = 60_000_000 / (from / factor);
          return wanted > SCALE.lowestBpm * step && wanted < SCALE.highestBpm / step;
        });
        // Half a bin, and what a whole number of microseconds cannot say.
        if (slack) {
          expect(Math.abs(Math.log(ratios[0] / factor))).toBeLessThan(Math.log(step) / 2 + 1e-4);
        }
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it('goes no further than the scale', () => {
    const tokens = Uint16Array.from(['Tempo_1', 'Tempo_60'].map((name) => plain.idOf(name)));
    const namesAt = (factor: number): string[] =>
      [...plain.stretchTempo(tokens, factor)].map((id) => plain.tokens[id]);
    expect(namesAt(10)).toEqual(['Tempo_4', 'Tempo_63']);
    expect(namesAt(0.1)).toEqual(['Tempo_0', 'Tempo_59']);
  });

  it('stays as it is at factor 1, also without tempos', () => {
    const tokens = Uint16Array.from([plain.idOf('Begin'), plain.idOf('Bar')]);
    expect(plain.stretchTempo(tokens, 1)).toEqual(tokens);
    expect(plain.stretchTempo(tokens, 2)).toEqual(tokens);
    expect(plain.stretchTempo(tokens, 2)).not.toBe(tokens);
  });

  it.each([0, -1, Number.NaN, Infinity])('refuses the factor %s', (factor) => {
    expect(() => plain.stretchTempo(new Uint16Array(), factor)).toThrow(RangeError);
  });
});

describe('velocities', () => {
  it('move by as many bins, within the scale', () => {
    fc.assert(
      fc.property(anyTokens, fc.integer({ min: -9, max: 9 }), (tokens, bins) => {
        const binOf = (velocity: number): number =>
          Math.floor(((velocity - 1) * VELOCITY_BINS) / 127);
        const moved = notesOf(tokens).map((note) => {
          const bin = Math.min(Math.max(binOf(note.velocity) + bins, 0), VELOCITY_BINS - 1);
          return { ...note, velocity: velocityOfBin(bin, VELOCITY_BINS) };
        });
        expect(notesOf(tokenizer.shiftVelocities(tokens, bins))).toEqual(moved);
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  it('are nothing to change in a vocabulary without them', () => {
    const tokens = Uint16Array.from(plain.tokens.keys());
    expect(plain.shiftVelocities(tokens, 3)).toEqual(tokens);
  });

  it('refuse half a bin', () => {
    expect(() => plain.shiftVelocities(new Uint16Array(), 0.5)).toThrow(RangeError);
  });
});

describe('rotation by bars', () => {
  const text = (names: string): Uint16Array =>
    Uint16Array.from(names.split(' ').map((name) => plain.idOf(name)));
  const piece = text(
    'Begin composer_Bach With_violin With_cello Bar TimeSignature_3/4 Tempo_40 ' +
      'Position_0 Instrument_cello Pitch_40 Duration_24 Bar Position_0 Pitch_41 Duration_24 ' +
      'Bar Tempo_41 Position_0 Instrument_violin Pitch_70 Duration_24 End',
  );

  it('says again what is in force, and declares who plays', () => {
    expect([...plain.rotateBars(piece, 1)].map((id) => plain.tokens[id]).join(' ')).toBe(
      'Begin composer_Bach With_violin With_cello Bar TimeSignature_3/4 Tempo_40 ' +
        'Position_0 Instrument_cello Pitch_41 Duration_24 ' +
        'Bar Tempo_41 Position_0 Instrument_violin Pitch_70 Duration_24 End ' +
        'Begin composer_Bach With_cello Bar TimeSignature_3/4 Tempo_40 ' +
        'Position_0 Instrument_cello Pitch_40 Duration_24',
    );
    expect([...plain.rotateBars(piece, 2)].map((id) => plain.tokens[id]).join(' ')).toBe(
      'Begin composer_Bach With_violin Bar TimeSignature_3/4 Tempo_41 ' +
        'Position_0 Instrument_violin Pitch_70 Duration_24 End ' +
        'Begin composer_Bach With_cello Bar TimeSignature_3/4 Tempo_40 ' +
        'Position_0 Instrument_cello Pitch_40 Duration_24 Bar Position_0 Pitch_41 Duration_24',
    );
  });

  it('plays every note of the piece in its place, exactly as before', () => {
    fc.assert(
      fc.property(anyTokens, fc.nat(), (tokens, choice) => {
        const count = tokenizer.barRotations(tokens);
        const rotation = choice % count;
        const rotated = tokenizer.rotateBars(tokens, rotation);
        expectGrammatical(rotated);
        const events = eventsOf(tokens);
        const notes = events.filter((event) => event.type === 'note');
        expect(count).toBe(1 + notes.at(-1)!.bar - notes[0].bar);
        if (rotation === 0) {
          expect(rotated).toEqual(tokens);
          return;
        }
        const line = events.find(
          (event) => event.type === 'bar' && event.bar === notes[0].bar + rotation,
        )!;
        const [first, second] = piecesOf(rotated).map((part) =>
          eventsOf(part).filter((event) => event.type === 'note'),
        );
        const isBefore = ({ bar }: NoteEvent): boolean => bar < line.bar;
        expectSameNotes(second, notes.filter(isBefore), events[0]);
        expectSameNotes(
          first,
          notes.filter((note) => !isBefore(note)),
          line,
        );
        // Metre and tempo go on as they were, also after the last note's onset.
        const [start] = piecesOf(rotated);
        const ends = (ids: Uint16Array): unknown => {
          const { tempos, timeSignatures } = tokenizer.decode(ids);
          return [tempos.at(-1)!.microsecondsPerQuarter, timeSignatures.at(-1)!.numerator];
        };
        expect(ends(start)).toEqual(ends(tokens));
      }),
      { seed: 4, numRuns: 500 },
    );
  });

  it('ends where the piece ends and nowhere else', () => {
    const end = plain.idOf('End');
    const [first, second] = [0, 1].map((part) => {
      const rotated = plain.rotateBars(piece, 1);
      const cut = rotated.lastIndexOf(plain.idOf('Begin'));
      return part === 0 ? rotated.subarray(0, cut) : rotated.subarray(cut);
    });
    expect(first.at(-1)).toBe(end);
    expect(second.includes(end)).toBe(false);
  });

  it('begins only where there is music before and after', () => {
    const onlyOne = text('Begin composer_Bach With_cello Bar Bar Position_0 Pitch_40 Duration_1');
    expect(plain.barRotations(onlyOne)).toBe(1);
    expect(plain.barRotations(Uint16Array.from([...onlyOne, ...text('Bar Bar End')]))).toBe(1);
    expect(plain.barRotations(text('Begin'))).toBe(1);
  });

  it('keeps every sequence of the grammar grammatical', () => {
    const { grammar, vocabularySize, idOf } = tokenizer;
    const end = idOf('End');
    const rowOf = (token: number): number => grammar.stateAfter[token] * vocabularySize;
    const walk = (choices: readonly number[]): Uint16Array => {
      const tokens = [BEGIN];
      for (const choice of [...choices, 0, 0, 0]) {
        const row = rowOf(tokens.at(-1)!);
        const allowed = Array.from({ length: vocabularySize }, (_, id) => id).filter(
          (id) => id !== end && grammar.allowed[row + id] === 1,
        );
        // Bars are one token of many: without a push they would hardly come.
        const bar = choice % 7 === 0 ? allowed.find((id) => id === idOf('Bar')) : undefined;
        tokens.push(bar ?? allowed[choice % allowed.length]);
      }
      while (grammar.allowed[rowOf(tokens.at(-1)!) + end] === 0) tokens.pop();
      return Uint16Array.from([...tokens, end]);
    };
    const choices = fc.array(fc.noBias(fc.nat()), { minLength: 60, maxLength: 150 });
    let rotations = 0;
    fc.assert(
      fc.property(choices, fc.nat(), (each, choice) => {
        const tokens = walk(each);
        const count = tokenizer.barRotations(tokens);
        if (count > 1) rotations++;
        expectGrammatical(tokenizer.rotateBars(tokens, choice % count));
      }),
      { seed: 5, numRuns: 100 },
    );
    expect(rotations).toBeGreaterThan(50);
  });

  it.each([-1, 0.5, 3, Number.NaN])('refuses rotation %s of 0..2', (rotation) => {
    expect(() => plain.rotateBars(piece, rotation)).toThrow('expected an integer in 0..2');
  });
});

describe('all together', () => {
  it('stay grammatical and leave the sequence that was given as it was', () => {
    fc.assert(
      fc.property(anyTokens, fc.nat(), fc.integer({ min: -3, max: 3 }), (tokens, choice, bins) => {
        const original = tokens.slice();
        const { down, up } = tokenizer.playableTransposition(tokens);
        const moved = tokenizer.transposeTokens(tokens, down + (choice % (up - down + 1)));
        const louder = tokenizer.shiftVelocities(tokenizer.stretchTempo(moved, 1.2), bins);
        const hidden = tokenizer.withoutLabels(louder);
        const rotation = choice % tokenizer.barRotations(hidden);
        const rotated = tokenizer.rotateBars(hidden, rotation);
        expectGrammatical(rotated);
        const count = (pieces: Uint16Array[]): number =>
          pieces.reduce((sum, part) => sum + notesOf(part).length, 0);
        expect(count(piecesOf(rotated))).toBe(count([tokens]));
        expect(tokens).toEqual(original);
      }),
      { seed: 6, numRuns: 100 },
    );
  });
});
