import { describe, expect, it } from 'vitest';
import { scoreNotes, type TimedNote } from './note-scores.js';

const note = (pitch: number, startSeconds: number, endSeconds = startSeconds + 1): TimedNote => ({
  pitch,
  startSeconds,
  endSeconds,
});

const f1 = (played: TimedNote[], found: TimedNote[]): number => scoreNotes(played, found).onset.f1;

describe('scoreNotes', () => {
  it('counts a note whose pitch is right and whose start is within 50 ms', () => {
    expect(f1([note(60, 1)], [note(60, 1.05)])).toBe(1);
    expect(f1([note(60, 1)], [note(60, 0.95)])).toBe(1);
    expect(f1([note(60, 1)], [note(60, 1.0502)])).toBe(0);
    expect(f1([note(60, 1)], [note(61, 1)])).toBe(0);
    expect(f1([note(60, 1)], [note(72, 1)])).toBe(0);
  });

  it('holds ends against a fifth of the length, or 50 ms of a short note', () => {
    const both = (played: TimedNote, found: TimedNote): number =>
      scoreNotes([played], [found]).onsetAndOffset.f1;
    expect(both(note(60, 0, 1), note(60, 0, 1.2))).toBe(1);
    expect(both(note(60, 0, 1), note(60, 0, 1.21))).toBe(0);
    expect(both(note(60, 0, 0.1), note(60, 0, 0.15))).toBe(1);
    expect(both(note(60, 0, 0.1), note(60, 0, 0.16))).toBe(0);
  });

  it('matches as many notes as can be, not the nearest first', () => {
    // The found note at 1.04 is the nearest of both played ones; only one assignment gives each a partner.
    const played = [note(60, 1.03), note(60, 1.08)];
    expect(f1(played, [note(60, 1.04), note(60, 0.99)])).toBe(1);
  });

  it('matches a note once', () => {
    const twice = [note(60, 1), note(60, 1)];
    expect(scoreNotes(twice, [note(60, 1)]).onset).toEqual({
      precision: 1,
      recall: 0.5,
      f1: 2 / 3,
    });
    expect(scoreNotes([note(60, 1)], twice).onset).toEqual({
      precision: 0.5,
      recall: 1,
      f1: 2 / 3,
    });
  });

  it.each([
    [[], []],
    [[note(60, 1)], []],
    [[], [note(60, 1)]],
  ])('is 0 where a side has no notes', (played, found) => {
    expect(scoreNotes(played, found).onset).toEqual({ precision: 0, recall: 0, f1: 0 });
  });
});
