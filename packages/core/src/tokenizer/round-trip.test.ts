import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMidi } from '../midi/read-midi.js';
import { writeMidi } from '../midi/write-midi.js';
import { countNotes, sortNotes } from '../score/measures.js';
import { PERCUSSION_CHANNEL } from '../score/score.js';
import type { Note, Score } from '../score/score.js';
import { validateScore } from '../score/validate-score.js';
import type { TokenizerConfig } from './config.js';
import type { NoteEvent } from './decoder.js';
import { LONGEST_NOTE, tempoOfBin, velocityOfBin } from './grid.js';
import { barLength, metreName } from './metre.js';
import { createTokenizer } from './read-tokenizer.js';
import type { Tokenizer } from './tokenizer.js';

const CONFIG: TokenizerConfig = {
  version: 1,
  positionsPerQuarter: 24,
  pitchRange: [36, 84],
  instruments: [0, 40, 41, 73],
  percussionKeys: [35, 50],
  timeSignatures: ['3/4', '4/4', '6/8', '3/16', '8/4'].map((name) => {
    const [numerator, denominator] = name.split('/').map(Number);
    return { numerator: numerator, denominator: denominator as 4 };
  }),
  tempo: { lowestBpm: 16, highestBpm: 384, bins: 64 },
  velocityBins: 8,
  labels: { composer: ['Bach', 'Ravel'] },
};

const withVelocity = createTokenizer(CONFIG);
const withoutVelocity = createTokenizer({ ...CONFIG, velocityBins: 0, percussionKeys: null });

const anyBar = fc.record({
  metre: fc.constantFrom(...CONFIG.timeSignatures),
  tempoBin: fc.oneof(fc.constant(40), fc.nat({ max: CONFIG.tempo.bins - 1 })),
  notes: fc.array(
    fc.record({
      instrument: fc.nat({ max: 4 }),
      // Few pitches and places, so that notes often meet.
      pitch: fc.oneof(fc.integer({ min: 48, max: 50 }), fc.integer({ min: 36, max: 50 })),
      position: fc.oneof(fc.nat({ max: 2 }), fc.nat({ max: 191 })),
      duration: fc.oneof(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 90, max: 200 }),
        fc.integer({ min: 1, max: LONGEST_NOTE }),
      ),
      velocityBin: fc.nat({ max: CONFIG.velocityBins - 1 }),
    }),
    { maxLength: 6 },
  ),
});

/** A score that lies on the grid, in bars, with its last note in its last bar. */
const scoreOnGrid: fc.Arbitrary<Score> = fc
  .record({
    bars: fc.array(anyBar, { minLength: 1, maxLength: 6 }),
    ticksPerPosition: fc.constantFrom(1, 2, 5, 20, 40),
  })
  .map(({ bars, ticksPerPosition }) => layOut(bars, ticksPerPosition))
  .filter(({ tracks }) => tracks.some(({ notes }) => notes.length > 0));

type Bar = typeof anyBar extends fc.Arbitrary<infer T> ? T : never;

function layOut(bars: Bar[], unit: number): Score {
  const last = bars.findLastIndex(({ notes }) => notes.length > 0);
  const score: Score = {
    ticksPerQuarter: 24 * unit,
    name: '',
    tempos: [],
    timeSignatures: [],
    keySignatures: [],
    tracks: [0, 40, 41, 73, 0].map((program, i) => ({
      name: '',
      channel: i === 4 ? 9 : i,
      program,
      notes: [],
    })),
  };
  let start = 0; // positions
  for (const [i, { metre, tempoBin, notes }] of bars.slice(0, last + 1).entries()) {
    const before = bars[i - 1];
    const tick = start * unit;
    const microsecondsPerQuarter = tempoOfBin(tempoBin, CONFIG.tempo);
    if (before?.tempoBin !== tempoBin) score.tempos.push({ tick, microsecondsPerQuarter });
    if (before?.metre !== metre) score.timeSignatures.push({ tick, ...metre });
    for (const { instrument, pitch, position, duration, velocityBin } of notes) {
      score.tracks[instrument].notes.push({
        pitch,
        startTicks: (start + (position % barLength(metre))) * unit,
        durationTicks: duration * unit,
        velocity: velocityOfBin(velocityBin, CONFIG.velocityBins),
      });
    }
    start += barLength(metre);
  }
  for (const { notes } of score.tracks) sortNotes(notes);
  return score;
}

const ascendingTicks = fc
  .uniqueArray(fc.nat({ max: 2000 }), { maxLength: 5 })
  .map((ticks) => [0, ...ticks.filter((tick) => tick > 0)].sort((x, y) => x - y));

/** Any valid score: off the grid, changing metre inside bars, with foreign instruments and pitches. */
const anyScore: fc.Arbitrary<Score> = fc
  .record({
    ticksPerQuarter: fc.oneof(fc.constantFrom(96, 480), fc.integer({ min: 1, max: 1000 })),
    tempos: ascendingTicks.chain((ticks) =>
      fc.tuple(
        ...ticks.map((tick) =>
          fc.record({
            tick: fc.constant(tick),
            microsecondsPerQuarter: fc.integer({ min: 1, max: 0xffffff }),
          }),
        ),
      ),
    ),
    timeSignatures: ascendingTicks.chain((ticks) =>
      fc.tuple(
        ...ticks.map((tick) =>
          fc.record({
            tick: fc.constant(tick),
            numerator: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 255 })),
            denominator: fc.constantFrom(1, 2, 4, 8, 16, 32, 64),
          }),
        ),
      ),
    ),
    tracks: fc.array(
      fc.record({
        name: fc.constant(''),
        channel: fc.constantFrom(0, 9),
        program: fc.nat({ max: 127 }),
        notes: fc
          .array(
            fc.record({
              pitch: fc.nat({ max: 127 }),
              startTicks: fc.nat({ max: 3000 }),
              durationTicks: fc.integer({ min: 1, max: 3000 }),
              velocity: fc.integer({ min: 1, max: 127 }),
            }),
            { maxLength: 8 },
          )
          .map(sortNotes),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map((score) => ({ name: '', keySignatures: [], ...score }));

/** What tokens say of a score: positions in grid points, the notes of each instrument in one list. */
function essence({ ticksPerQuarter, tempos, timeSignatures, tracks }: Score): unknown {
  const at = (ticks: number): number => (ticks * 24) / ticksPerQuarter;
  const noteText = (program: number, channel: number, note: Note): string =>
    [channel === 9 ? 'percussion' : program, at(note.startTicks), note.pitch]
      .concat(at(note.durationTicks), note.velocity)
      .join(' ');
  return {
    tempos: tempos.map((tempo) => [at(tempo.tick), tempo.microsecondsPerQuarter]),
    metres: timeSignatures.map((metre) => [at(metre.tick), metreName(metre)]),
    notes: tracks
      .flatMap(({ program, channel, notes }) => notes.map((n) => noteText(program, channel, n)))
      .sort(),
  };
}

/** Follows the grammar from `Begin`, choosing by the given numbers; never past an `End`. */
function walk({ grammar, vocabularySize, idOf }: Tokenizer, choices: readonly number[]): number[] {
  const tokens = [idOf('Begin')];
  for (const choice of choices) {
    if (tokens.at(-1) === idOf('End')) break;
    const row = grammar.stateAfter[tokens.at(-1)!] * vocabularySize;
    const allowed = Array.from(grammar.allowed.subarray(row, row + vocabularySize).entries())
      .filter(([, isAllowed]) => isAllowed === 1)
      .map(([id]) => id);
    tokens.push(allowed[choice % allowed.length]);
  }
  return tokens;
}

// Without bias: small numbers would choose `End` most of the time.
const choices = fc.array(fc.noBias(fc.nat()), { minLength: 100, maxLength: 300 });
const grammaticalTokens = choices.map((each) => walk(withVelocity, each));

describe('round trip', () => {
  it('gives back a score on the grid exactly', () => {
    fc.assert(
      fc.property(scoreOnGrid, (score) => {
        const { tokens, loss } = withVelocity.encode(score);
        expect(essence(withVelocity.decode(tokens))).toEqual(essence(score));
        expect(loss).toMatchObject({ onsetsOffGrid: 0, durationsOffGrid: 0, barsCut: 0 });
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('says a decoded score in the same tokens, also without velocities', () => {
    fc.assert(
      fc.property(scoreOnGrid, (score) => {
        for (const tokenizer of [withVelocity, withoutVelocity]) {
          if (tokenizer === withoutVelocity) score.tracks.pop(); // its vocabulary has no percussion
          if (score.tracks.every(({ notes }) => notes.length === 0)) continue;
          const { tokens } = tokenizer.encode(score);
          expect(tokenizer.encode(tokenizer.decode(tokens)).tokens).toEqual(tokens);
        }
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  it('keeps every note of any score within half a grid point of its place', () => {
    const placesOf = ({ ticksPerQuarter, tracks }: Score): number[] =>
      tracks
        .filter(({ channel }) => channel !== PERCUSSION_CHANNEL)
        .flatMap(({ notes }) => notes.map((note) => (note.startTicks * 24) / ticksPerQuarter))
        .sort((a, b) => a - b);
    fc.assert(
      fc.property(anyScore, (score) => {
        const places = placesOf(score);
        fc.pre(places.length > 0);
        const { tokens, loss } = withVelocity.encode(score);
        const decoded = withVelocity.decode(tokens);
        expect(loss.notes + loss.notesDropped).toBe(countNotes(score));
        expect(countNotes(decoded)).toBe(loss.notes);
        placesOf(decoded).forEach((place, i) => {
          expect(Math.abs(place - places[i])).toBeLessThanOrEqual(0.5);
        });
        expect(withVelocity.encode(decoded).tokens).toEqual(tokens);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('writes only what the grammar allows', () => {
    fc.assert(
      fc.property(scoreOnGrid, (score) => {
        const { grammar, vocabularySize } = withVelocity;
        const { tokens } = withVelocity.encode(score);
        tokens.subarray(1).forEach((id, i) => {
          const state = grammar.stateAfter[tokens[i]];
          expect(grammar.allowed[state * vocabularySize + id]).toBe(1);
        });
      }),
      { seed: 3, numRuns: 50 },
    );
  });
});

describe('any sequence that the grammar allows', () => {
  it('decodes to a valid score in which time goes forward', () => {
    fc.assert(
      fc.property(grammaticalTokens, (tokens) => {
        const decoder = withVelocity.createDecoder();
        const events = tokens.flatMap((token) => decoder.push(token) ?? []);
        const starts = events.map(({ startTicks }) => startTicks);
        const seconds = events.map(({ startSeconds }) => startSeconds);
        expect(starts).toEqual(starts.toSorted((a, b) => a - b));
        expect(seconds).toEqual(seconds.toSorted((a, b) => a - b));
        validateScore(decoder.end());
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  it('gives while streaming the notes of the score', () => {
    fc.assert(
      fc.property(grammaticalTokens, (tokens) => {
        const decoder = withVelocity.createDecoder();
        const notes = tokens
          .flatMap((token) => decoder.push(token) ?? [])
          .filter((event): event is NoteEvent => event.type === 'note');
        const score = withVelocity.decode(tokens);
        expect(decoder.end()).toEqual(score);
        const streamed = notes.map(({ instrument, ...note }) => ({
          ...note,
          program: instrument === 'percussion' ? 0 : instrument,
          channel: instrument === 'percussion' ? 9 : 0,
        }));
        const tracks = streamed.map(({ program, channel, ...note }) => ({
          name: '',
          program,
          channel,
          notes: [note],
        }));
        expect(essence({ ...score, tracks })).toEqual(essence(score));
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  it('survives a MIDI file', () => {
    fc.assert(
      fc.property(grammaticalTokens, (tokens) => {
        const score = withVelocity.decode(tokens);
        const read = readMidi(writeMidi(score));
        expect(essence(read.score)).toEqual(essence(score));
      }),
      { seed: 6, numRuns: 100 },
    );
  });
});
