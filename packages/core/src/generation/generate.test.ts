import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VocabularyError } from '../errors.js';
import type { NextTokenModel } from '../model/next-token-model.js';
import { countNotes, scoreDurationSeconds, scoreEndTicks } from '../score/measures.js';
import type { Score } from '../score/score.js';
import { createTempoMap } from '../score/tempo-map.js';
import { validateScore } from '../score/validate-score.js';
import { createFakeGrammar } from '../testing/fake-grammar.js';
import { createFakeModel } from '../testing/fake-model.js';
import type { NoteEvent } from '../tokenizer/decoder.js';
import { createTokenizer } from '../tokenizer/read-tokenizer.js';
import { compose, generate } from './generate.js';
import { GenerationError } from './generation-error.js';
import type { GenerateOptions } from './generation-options.js';

const tokenizer = createTokenizer({
  version: 1,
  positionsPerQuarter: 24,
  pitchRange: [36, 84],
  instruments: [0, 40, 42],
  percussionKeys: [36, 42],
  timeSignatures: [
    { numerator: 4, denominator: 4 },
    { numerator: 3, denominator: 4 },
  ],
  tempo: { lowestBpm: 24, highestBpm: 240, bins: 8 },
  velocityBins: 0,
  labels: { composer: ['Bach', 'Brahms'] },
});
const id = tokenizer.idOf;
const model = createFakeModel(tokenizer.grammar, { sharpness: 2 });

async function collect(options: GenerateOptions, on: NextTokenModel = model) {
  const notes: NoteEvent[] = [];
  const stream = generate(on, tokenizer, options);
  for (;;) {
    const step = await stream.next();
    if (step.done) return { notes, ...step.value };
    notes.push(step.value);
  }
}

/** A model that counts the tokens it is asked for. */
function counting() {
  const asked: number[] = [];
  const counted: NextTokenModel = {
    ...model,
    decode: (request) => {
      asked.push(request.uniforms.length);
      return model.decode(request);
    },
  };
  return { counted, asked };
}

const programsOf = (notes: readonly NoteEvent[]) =>
  new Set(notes.map(({ instrument }) => instrument));

describe('generate', () => {
  it('gives a valid score whose notes are the events', async () => {
    const { notes, score, tokens, givenTokens, stoppedBy } = await collect({ maxTokens: 400 });
    expect(stoppedBy).toBe('tokens');
    expect(tokens.length - givenTokens).toBe(400);
    validateScore(score);
    expect(countNotes(score)).toBe(notes.length);
    expect(notes.length).toBeGreaterThan(50);
    notes.slice(1).forEach((note, i) => {
      expect(note.startTicks).toBeGreaterThanOrEqual(notes[i].startTicks);
    });
  });

  it('depends on the seed, and on nothing else', async () => {
    const one = await compose(model, tokenizer, { seed: 1, maxTokens: 100 });
    expect(await compose(model, tokenizer, { seed: 1, maxTokens: 100 })).toEqual(one);
    const two = await compose(model, tokenizer, { seed: 'two', maxTokens: 100 });
    expect(two.tokens).not.toEqual(one.tokens);
  });

  it('gives the same piece whatever the size of the blocks', async () => {
    const lengths = fc.constantFrom<GenerateOptions>(
      { maxTokens: 90 },
      { bars: 2 },
      { seconds: 3 },
      { notes: 20 },
      {
        maxTokens: 60,
        instruments: [42],
        primer: [id('Begin'), id('composer_Bach'), id('With_violin'), id('Bar')],
      },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        lengths,
        fc.integer({ min: 1, max: 100 }),
        async (seed, length, blockSize) => {
          const expected = await collect({ seed, ...length });
          expect(await collect({ seed, ...length, blockSize })).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('goes on from its own tokens as if it had never stopped', async () => {
    const options = { seed: 5, instruments: [0, 40] };
    const whole = await compose(model, tokenizer, { ...options, maxTokens: 200 });
    for (const length of [1, 50, 151]) {
      const begun = await compose(model, tokenizer, { ...options, maxTokens: length });
      const rest = { ...options, primer: begun.tokens, maxTokens: 200 - length };
      expect((await compose(model, tokenizer, rest)).tokens).toEqual(whole.tokens);
    }
  });

  it('asks for small blocks first, and for none after the end', async () => {
    const { counted, asked } = counting();
    await collect({ maxTokens: 200 }, counted);
    expect(asked).toEqual([16, 32, 64, 64, 64]);
  });

  it('yields notes before the piece is complete', async () => {
    const { counted, asked } = counting();
    const stream = generate(counted, tokenizer, { maxTokens: 5000 });
    await stream.next();
    expect(asked.length).toBeLessThan(5);
    await stream.return(undefined as never);
    expect(asked.length).toBeLessThan(5);
  });
});

describe('lengths', () => {
  it('stops at the seconds, cutting what still sounds', async () => {
    const { notes, score, stoppedBy } = await collect({ seconds: 5 });
    expect(stoppedBy).toBe('seconds');
    expect(notes.every(({ startSeconds }) => startSeconds < 5)).toBe(true);
    expect(countNotes(score)).toBe(notes.length);
    expect(scoreDurationSeconds(score)).toBeLessThanOrEqual(5);
    expect(scoreDurationSeconds(score)).toBeGreaterThan(4);
    validateScore(score);
  });

  it('stops at the bar line', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const { notes, score, stoppedBy } = await collect({ bars: 3, seed });
      expect(stoppedBy).toBe('bars');
      expect(notes.every(({ bar }) => bar < 3)).toBe(true);
      expect(scoreEndTicks(score)).toBeLessThanOrEqual(lineOfBar(score, 3));
    }
  });

  it('stops at the number of notes', async () => {
    const { notes, stoppedBy, score } = await collect({ notes: 17 });
    expect(stoppedBy).toBe('notes');
    expect(notes).toHaveLength(17);
    expect(countNotes(score)).toBe(17);
  });

  it('stops at whatever comes first', async () => {
    expect((await collect({ notes: 5, seconds: 1000 })).stoppedBy).toBe('notes');
    expect((await collect({ notes: 5000, seconds: 1 })).stoppedBy).toBe('seconds');
    expect((await collect({ bars: 100, maxTokens: 3 })).stoppedBy).toBe('tokens');
  });

  it('lets the model end only where no length is asked for, or where it may end early', async () => {
    const bias = new Float32Array(tokenizer.vocabularySize);
    bias[id('End')] = 1000;
    const free = await collect({ bias });
    expect(free.stoppedBy).toBe('end');
    expect(free.tokens.at(-1)).toBe(id('End'));
    expect((await collect({ bias, bars: 4, mayEndEarly: true })).stoppedBy).toBe('end');
    const held = await collect({ bias, bars: 4 });
    expect(held.stoppedBy).toBe('bars');
    expect(held.tokens).not.toContain(id('End'));
  });
});

describe('conditions', () => {
  it('declares labels and instruments at the head, and nobody else plays', async () => {
    const options = { labels: { composer: 'Brahms' }, instruments: [42], maxTokens: 300 };
    const { notes, tokens, givenTokens } = await collect(options);
    const head = Array.from(tokens.slice(0, givenTokens), (token) => tokenizer.tokens[token]);
    expect(head).toEqual(['Begin', 'composer_Brahms', 'With_cello']);
    expect(programsOf(notes)).toEqual(new Set([42]));
  });

  it('lets the model choose the instruments where none are given', async () => {
    const { tokens, givenTokens } = await collect({ maxTokens: 20 });
    expect(givenTokens).toBe(2);
    expect(tokenizer.kindOf(tokens[2])).toBe('With');
  });

  it('keeps to a range of pitches', async () => {
    const { notes } = await collect({ pitchRange: [60, 64], instruments: [0], maxTokens: 400 });
    expect(notes.length).toBeGreaterThan(50);
    expect(notes.every(({ pitch }) => pitch >= 60 && pitch <= 64)).toBe(true);
  });

  it('plays percussion alone', async () => {
    const { notes } = await collect({ instruments: ['percussion'], maxTokens: 100 });
    expect(programsOf(notes)).toEqual(new Set(['percussion']));
  });

  it('adds a bias of the caller', async () => {
    const bias = new Float32Array(tokenizer.vocabularySize);
    bias[id('Duration_7')] = 100;
    const { notes } = await collect({ bias, maxTokens: 200 });
    expect(new Set(notes.map(({ durationTicks }) => durationTicks % 1920))).toEqual(new Set([140]));
  });
});

describe('primers', () => {
  const song: Score = {
    ticksPerQuarter: 96,
    name: '',
    tempos: [{ tick: 0, microsecondsPerQuarter: 500_000 }],
    timeSignatures: [{ tick: 0, numerator: 4, denominator: 4 }],
    keySignatures: [],
    tracks: [
      {
        name: '',
        channel: 0,
        program: 40,
        notes: [60, 62, 64, 65].map((pitch, i) => ({
          pitch,
          startTicks: 96 * i,
          durationTicks: 96,
          velocity: 80,
        })),
      },
    ],
  };
  const options = { primer: song, labels: { composer: 'Bach' } };

  it('are continued, and not yielded again', async () => {
    const { notes, score, tokens, givenTokens } = await collect({ ...options, notes: 10 });
    expect(tokens.slice(0, givenTokens)).toEqual(
      tokenizer.encode(song, { labels: { composer: 'Bach' } }).tokens.slice(0, -1),
    );
    expect(notes).toHaveLength(10);
    expect(countNotes(score)).toBe(14);
    expect(notes.every(({ startTicks }) => startTicks >= 3 * 480)).toBe(true);
  });

  it('are yielded where that is asked for', async () => {
    const { notes } = await collect({ ...options, notes: 10, includePrimer: true });
    expect(notes.slice(0, 4).map(({ pitch }) => pitch)).toEqual([60, 62, 64, 65]);
    expect(notes).toHaveLength(14);
  });

  it('do not count: seconds begin at their end, bars after their last one', async () => {
    const primerSeconds = scoreDurationSeconds(tokenizer.decode(tokenizer.encode(song).tokens));
    const timed = await collect({ ...options, seconds: 4 });
    expect(scoreDurationSeconds(timed.score)).toBeLessThanOrEqual(primerSeconds + 4);
    expect(scoreDurationSeconds(timed.score)).toBeGreaterThan(primerSeconds + 3);
    const barred = await collect({ ...options, bars: 2 });
    expect(Math.max(...barred.notes.map(({ bar }) => bar))).toBeLessThanOrEqual(2);
    expect(scoreEndTicks(barred.score)).toBeLessThanOrEqual(lineOfBar(barred.score, 3));
  });

  it('can be followed by other instruments only', async () => {
    for (const seed of [1, 2, 3]) {
      const { notes } = await collect({ ...options, seed, instruments: [0], notes: 20 });
      expect(programsOf(notes)).toEqual(new Set([0]));
    }
  });

  it('of tokens lose their end', async () => {
    const { tokens } = tokenizer.encode(song);
    const { givenTokens } = await collect({ primer: tokens, notes: 1 });
    expect(givenTokens).toBe(tokens.length - 1);
  });

  it.each<[string, GenerateOptions, RegExp]>([
    ['no tokens', { primer: [] }, /found none/],
    ['only an end', { primer: [id('End')] }, /found none/],
    ['tokens without Begin', { primer: [id('Bar')] }, /primer: .*Bar/],
    ['tokens after an end', { primer: [id('Begin'), id('End'), id('Begin')] }, /primer: /],
    ['labels twice', { primer: [id('Begin')], labels: { composer: 'Bach' } }, /has its own/],
  ])('are refused: %s', (_, wrong, message) => {
    expect(() => generate(model, tokenizer, wrong)).toThrow(GenerationError);
    expect(() => generate(model, tokenizer, wrong)).toThrow(message);
  });
});

describe('refusals, before any work', () => {
  const { counted, asked } = counting();
  const forbid = (...names: string[]) => {
    const bias = new Float32Array(tokenizer.vocabularySize);
    for (const name of names) bias[id(name)] = -Infinity;
    return bias;
  };
  const kind = (wanted: string) =>
    tokenizer.tokens.filter((_, token) => tokenizer.kindOf(token) === wanted);

  it.each<[string, GenerateOptions, new (...args: never[]) => Error, RegExp]>([
    ['temperature 0', { temperature: 0 }, RangeError, /temperature/],
    ['topK above V', { topK: tokenizer.vocabularySize + 1 }, RangeError, /topK/],
    ['no bars', { bars: 0 }, RangeError, /bars: expected an integer in 1/],
    ['half a bar', { bars: 1.5 }, RangeError, /bars/],
    ['negative seconds', { seconds: -1 }, RangeError, /seconds/],
    ['seconds NaN', { seconds: Number.NaN }, RangeError, /seconds/],
    ['no notes', { notes: 0 }, RangeError, /notes/],
    ['no tokens', { maxTokens: 0 }, RangeError, /maxTokens/],
    ['no block', { blockSize: 0 }, RangeError, /blockSize/],
    ['a short bias', { bias: new Float32Array(3) }, RangeError, /bias: expected/],
    ['an instrument that is not there', { instruments: [5] }, VocabularyError, /instrument 5/],
    ['an empty list of instruments', { instruments: [] }, VocabularyError, /at least one/],
    ['an unknown label', { labels: { composer: 'Nobody' } }, VocabularyError, /Nobody/],
    ['a range without pitches', { pitchRange: [0, 10] }, VocabularyError, /0\.\.10/],
    [
      'a primer of another vocabulary',
      { primer: [tokenizer.vocabularySize] },
      VocabularyError,
      /primer\[0\]/,
    ],
    [
      'a bias against every duration',
      { bias: forbid(...kind('Duration')) },
      GenerationError,
      /no token is left after Hold/,
    ],
    [
      'a bias against every instrument',
      { bias: forbid(...kind('With')) },
      GenerationError,
      /left after Label \(such as composer_unknown\)/,
    ],
    ['a negative seed', { seed: -1 }, RangeError, /seed/],
  ])('%s', (_, options, type, message) => {
    expect(() => generate(counted, tokenizer, options)).toThrow(type);
    expect(() => generate(counted, tokenizer, options)).toThrow(message);
    expect(asked).toEqual([]);
  });

  it('a model of another vocabulary', () => {
    const other = createFakeModel(createFakeGrammar(12));
    expect(() => generate(other, tokenizer)).toThrow(/vocabulary is 12, the tokenizer's is/);
  });
});

describe('a decoder of the caller', () => {
  it('says at any time what the piece is so far', async () => {
    const decoder = tokenizer.createDecoder();
    const stream = generate(model, tokenizer, { seed: 3, notes: 20, decoder });
    for (let notes = 1; notes <= 20; notes++) {
      await stream.next();
      expect(countNotes(decoder.end())).toBe(notes);
    }
    const last = await stream.next();
    expect(last.done && last.value.score).toEqual(decoder.end());
  });
});

describe('aborting', () => {
  it('hands the signal to the model, which may give up the block at work', async () => {
    const reason = new Error('enough');
    const abort = new AbortController();
    const { signal } = abort;
    const endless: NextTokenModel = {
      ...model,
      decode: (request) =>
        new Promise((_, reject) => {
          request.signal?.addEventListener('abort', () => reject(reason));
        }),
    };
    const piece = compose(endless, tokenizer, { signal });
    abort.abort();
    await expect(piece).rejects.toBe(reason);
  });

  it('asks for no other block after the one at work, and throws the reason', async () => {
    const { counted, asked } = counting();
    const abort = new AbortController();
    const stream = generate(counted, tokenizer, { maxTokens: 10_000, signal: abort.signal });
    await stream.next();
    const before = asked.length;
    abort.abort(new Error('enough'));
    const rest = async () => {
      for await (const note of stream) expect(note.type).toBe('note');
    };
    await expect(rest()).rejects.toThrow('enough');
    expect(asked.length - before).toBeLessThanOrEqual(1);
  });

  it('does not begin where the signal is aborted already', async () => {
    const { counted, asked } = counting();
    const options = { signal: AbortSignal.abort(new Error('no')) };
    await expect(compose(counted, tokenizer, options)).rejects.toThrow('no');
    expect(asked).toEqual([]);
  });
});

/** The tick of a bar line, from 0, by the score's metres. */
function lineOfBar(score: Score, bar: number): number {
  let tick = 0;
  for (let i = 0; i < bar; i++) {
    const signature = score.timeSignatures.findLast((each) => each.tick <= tick)!;
    tick += (score.ticksPerQuarter * 4 * signature.numerator) / signature.denominator;
  }
  expect(createTempoMap(score).secondsAt(tick)).toBeGreaterThan(0);
  return tick;
}
