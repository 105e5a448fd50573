import { createTokenizer, validateScore } from '@ostinato/core';
import { smallTokenizerConfig } from '../../testing/small-tokenizer.js';
import { describe, expect, it } from 'vitest';
import { estimateTempo, NoteRecorder, quantise } from './recorder.js';

/** Plays notes of [pitch, start, end]. */
function record(...notes: [pitch: number, start: number, end: number][]) {
  const recorder = new NoteRecorder();
  const events = notes.flatMap(([pitch, start, end]) => [
    { seconds: start, press: true, pitch },
    { seconds: end, press: false, pitch },
  ]);
  for (const { seconds, press, pitch } of events.toSorted((a, b) => a.seconds - b.seconds)) {
    if (press) recorder.press(pitch, 90, seconds);
    else recorder.release(pitch, seconds);
  }
  return recorder.finish(1e6);
}

describe('what somebody played', () => {
  it('becomes notes on a grid that begins with the first', () => {
    const notes = record([60, 10.01, 10.24], [64, 10.26, 10.49], [67, 10.51, 11.02]);
    const score = quantise(notes, { tempoBpm: 120 });
    validateScore(score);
    expect(score.tracks[0].notes).toEqual([
      { pitch: 60, velocity: 90, startTicks: 0, durationTicks: 240 },
      { pitch: 64, velocity: 90, startTicks: 240, durationTicks: 240 },
      { pitch: 67, velocity: 90, startTicks: 480, durationTicks: 480 },
    ]);
    expect(score.tempos).toEqual([{ tick: 0, microsecondsPerQuarter: 500_000 }]);
  });

  it('keeps chords, and never lets a pitch overlap itself', () => {
    const notes = record([60, 0, 1], [60, 1.01, 1.1], [64, 0.02, 1], [60, 1.02, 2]);
    const score = quantise(notes, { tempoBpm: 120 });
    validateScore(score);
    expect(score.tracks[0].notes.map((each) => [each.pitch, each.startTicks])).toEqual([
      [60, 0],
      [64, 0],
      [60, 960],
    ]);
  });

  it('ends keys that are still down, and begins a repeated one anew', () => {
    const recorder = new NoteRecorder();
    recorder.press(60, 90, 1);
    recorder.press(60, 90, 2);
    expect(recorder.size).toBe(2);
    expect(recorder.finish(3).map((each) => [each.startSeconds, each.endSeconds])).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });

  it('is something that a tokenizer takes', () => {
    const tokenizer = createTokenizer(smallTokenizerConfig);
    const notes = record([60, 0, 0.4], [62, 0.5, 0.9], [64, 1, 1.6], [65, 1.49, 2]);
    const { tokens } = tokenizer.encode(quantise(notes));
    expect(tokenizer.decode(tokens).tracks[0].notes.map(({ pitch }) => pitch)).toEqual([
      60, 62, 64, 65,
    ]);
  });

  it('must be something', () => {
    expect(() => quantise([])).toThrow(RangeError);
  });
});

describe('estimateTempo', () => {
  it.each([72, 80, 96, 112, 120, 132])('hears even quarters at %i', (bpm) => {
    const quarter = 60 / bpm;
    const jitter = [0.004, -0.006, 0.002, -0.003, 0.005, -0.001, 0.003, 0];
    const onsets = jitter.map((late, i) => 3 + i * quarter + late);
    expect(Math.abs(estimateTempo(onsets) - bpm)).toBeLessThanOrEqual(2);
  });

  it('hears quarters and eighths', () => {
    const quarter = 60 / 90;
    const beats = [0, 1, 1.5, 2, 3, 3.5, 4, 5, 6, 6.5, 7];
    expect(Math.abs(estimateTempo(beats.map((beat) => beat * quarter)) - 90)).toBeLessThanOrEqual(
      1,
    );
  });

  it('takes a usual one where there is nothing to hear', () => {
    expect(estimateTempo([])).toBe(104);
    expect(estimateTempo([1, 1, 1])).toBe(104);
  });
});
