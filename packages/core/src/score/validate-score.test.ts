import { describe, expect, it } from 'vitest';
import { scoreDurationSeconds, scoreEndTicks } from './measures.js';
import type { Score } from './score.js';
import { ScoreError, validateScore } from './validate-score.js';

function validScore(): Score {
  return {
    ticksPerQuarter: 480,
    name: 'Prélude',
    tempos: [
      { tick: 0, microsecondsPerQuarter: 500_000 },
      { tick: 480, microsecondsPerQuarter: 250_000 },
    ],
    timeSignatures: [{ tick: 0, numerator: 3, denominator: 8 }],
    keySignatures: [{ tick: 480, fifths: -3, mode: 'minor' }],
    tracks: [
      {
        name: '',
        channel: 9,
        program: 0,
        notes: [
          { pitch: 60, startTicks: 0, durationTicks: 1920, velocity: 1 },
          { pitch: 60, startTicks: 480, durationTicks: 480, velocity: 127 },
        ],
      },
    ],
  };
}

describe('validateScore', () => {
  it('accepts a score that keeps its contract', () => {
    validateScore(validScore());
    validateScore({
      ...validScore(),
      tempos: [],
      timeSignatures: [],
      keySignatures: [],
      tracks: [],
    });
  });

  it.each<[string, (score: Score) => void]>([
    ['score.ticksPerQuarter', (score) => (score.ticksPerQuarter = 0)],
    ['score.ticksPerQuarter', (score) => (score.ticksPerQuarter = 32_768)],
    ['score.name', (score) => (score.name = 'a\0')],
    ['score.tempos[0].tick', (score) => (score.tempos[0].tick = 1)],
    ['score.tempos[1].tick', (score) => (score.tempos[1].tick = 0)],
    [
      'score.tempos[1].microsecondsPerQuarter',
      (score) => (score.tempos[1].microsecondsPerQuarter = 0),
    ],
    ['score.timeSignatures[0].numerator', (score) => (score.timeSignatures[0].numerator = 256)],
    ['score.timeSignatures[0].denominator', (score) => (score.timeSignatures[0].denominator = 3)],
    ['score.keySignatures[0].fifths', (score) => (score.keySignatures[0].fifths = 8)],
    ['score.tracks[0].name', (score) => (score.tracks[0].name = '\ud800')],
    ['score.tracks[0].channel', (score) => (score.tracks[0].channel = 16)],
    ['score.tracks[0].program', (score) => (score.tracks[0].program = -1)],
    ['score.tracks[0].notes[0].pitch', (score) => (score.tracks[0].notes[0].pitch = 60.5)],
    ['score.tracks[0].notes[1].startTicks', (score) => (score.tracks[0].notes[1].startTicks = NaN)],
    [
      'score.tracks[0].notes[1].durationTicks',
      (score) => (score.tracks[0].notes[1].durationTicks = 0),
    ],
    ['score.tracks[0].notes[0].velocity', (score) => (score.tracks[0].notes[0].velocity = 0)],
    ['score.tracks[0].notes[1]', (score) => score.tracks[0].notes.reverse()],
  ])('names the place: %s', (place, spoil) => {
    const score = validScore();
    spoil(score);
    expect(() => validateScore(score)).toThrow(ScoreError);
    expect(() => validateScore(score)).toThrow(`${place}: expected`);
  });
});

describe('measures of a score', () => {
  it('end with the note that ends last, not with the last note', () => {
    expect(scoreEndTicks(validScore())).toBe(1920);
    expect(scoreDurationSeconds(validScore())).toBe(0.5 + 3 * 0.25);
    expect(scoreEndTicks({ tracks: [] })).toBe(0);
  });
});
