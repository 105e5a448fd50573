import {
  compose,
  countNotes,
  createTokenizer,
  type NoteEvent,
  type Score,
  scoreDurationSeconds,
  validateScore,
} from '@ostinato/core';
import { createFakeModel } from '@ostinato/core/testing';
import { describe, expect, it } from 'vitest';
import { smallTokenizerConfig } from '../../testing/small-tokenizer.js';
import { ComposeStream } from './compose-stream.js';
import type { ComposeSettings } from './settings.js';

const tokenizer = createTokenizer(smallTokenizerConfig);
const sampling = { temperature: 1, topP: 0.97, minP: 0 };
const loaded = {
  model: createFakeModel(tokenizer.grammar, { sharpness: 2 }),
  tokenizer,
  manifest: { name: 'small', description: '', licence: '', sampling },
};
const settings: ComposeSettings = {
  seed: '7',
  temperature: undefined,
  length: 20,
  labels: { composer: 'Bach', painter: 'Klee' },
  instruments: ['violin', 'kazoo'],
};
const signal = new AbortController().signal;

async function take(stream: ComposeStream, count = Infinity): Promise<NoteEvent[]> {
  const notes: NoteEvent[] = [];
  for await (const note of stream.notes(signal)) {
    notes.push(note);
    if (notes.length === count) break;
  }
  return notes;
}

const theme: Score = {
  ticksPerQuarter: 480,
  name: '',
  tempos: [{ tick: 0, microsecondsPerQuarter: 500_000 }],
  timeSignatures: [{ tick: 0, numerator: 4, denominator: 4 }],
  keySignatures: [],
  tracks: [
    {
      name: '',
      channel: 0,
      program: 0,
      notes: [60, 62, 64, 65].map((pitch, i) => ({
        pitch,
        velocity: 80,
        startTicks: 480 * i,
        durationTicks: 480,
      })),
    },
  ],
};

describe('a composition of a length', () => {
  it('is what `compose` gives for the same seed', async () => {
    const stream = new ComposeStream(loaded, settings);
    const notes = await take(stream);
    const { score } = await compose(loaded.model, tokenizer, {
      ...sampling,
      seed: '7',
      seconds: 20,
      labels: { composer: 'Bach' },
      instruments: [40],
    });
    expect(stream.score()).toEqual(score);
    expect(notes).toHaveLength(countNotes(score));
    expect(new Set(notes.map(({ instrument }) => instrument))).toEqual(new Set([40]));
  });

  it('can be had as a score while it comes', async () => {
    const stream = new ComposeStream(loaded, settings);
    const notes = await take(stream, 12);
    const score = stream.score();
    validateScore(score);
    expect(countNotes(score)).toBe(12);
    expect(scoreDurationSeconds(score)).toBeGreaterThanOrEqual(notes[11].startSeconds);
  });

  it('begins with the piece that it continues', async () => {
    const stream = new ComposeStream(loaded, { ...settings, instruments: [], primer: theme });
    const notes = await take(stream);
    expect(notes.slice(0, 4).map(({ pitch }) => pitch)).toEqual([60, 62, 64, 65]);
    expect(notes.length).toBeGreaterThan(5);
  });

  it('takes a temperature instead of the recommended one', async () => {
    const cool = new ComposeStream(loaded, { ...settings, temperature: 0.2 });
    const warm = new ComposeStream(loaded, settings);
    expect(await take(cool, 20)).not.toEqual(await take(warm, 20));
  });
});

describe('an endless composition', () => {
  const endless = { ...settings, length: 'endless' as const, instruments: [] };

  it('goes on over the seams of its stretches, never back, the same for a seed', async () => {
    const stream = new ComposeStream(loaded, endless);
    const notes = await take(stream, 1500);
    const last = notes.at(-1)!;
    expect(last.startTicks).toBeGreaterThan(70 * 4 * 480); // more than two stretches of 32 bars
    for (let i = 1; i < notes.length; i++) {
      expect(notes[i].startSeconds).toBeGreaterThanOrEqual(notes[i - 1].startSeconds);
      expect(notes[i].startTicks).toBeGreaterThanOrEqual(notes[i - 1].startTicks);
    }
    expect(await take(new ComposeStream(loaded, endless), 1500)).toEqual(notes);
  });

  it('is a score whose times are those of its notes', async () => {
    const stream = new ComposeStream(loaded, endless);
    const notes = await take(stream, 900);
    const score = stream.score();
    validateScore(score);
    expect(countNotes(score)).toBe(900);
    const ends = notes.map(({ startTicks, durationTicks }) => startTicks + durationTicks);
    const longest = notes[ends.indexOf(Math.max(...ends))];
    // Its own length may cross a change of tempo, which its event did not know.
    expect(scoreDurationSeconds(score)).toBeGreaterThanOrEqual(longest.startSeconds);
  });

  it('keeps only what it is told to keep', async () => {
    const stream = new ComposeStream(loaded, endless);
    const notes = await take(stream, 900);
    const middle = notes[700];
    stream.dropBefore(middle.startTicks);
    const score = stream.score();
    validateScore(score);
    expect(countNotes(score)).toBe(
      notes.filter(({ startTicks }) => startTicks >= middle.startTicks).length,
    );
    expect(Math.min(...score.tracks.map((track) => track.notes[0].startTicks))).toBe(0);
  });
});
