import type { Note, Score } from '@ostinato/core';
import { describe, expect, it } from 'vitest';
import { fingerprint } from './fingerprint.js';

const note = (pitch: number, startTicks: number, durationTicks = 480): Note => ({
  pitch,
  startTicks,
  durationTicks,
  velocity: 80,
});

function scoreOf(tracks: { program?: number; channel?: number; notes: Note[] }[]): Score {
  return {
    ticksPerQuarter: 480,
    name: '',
    tempos: [],
    timeSignatures: [],
    keySignatures: [],
    tracks: tracks.map(({ program = 0, channel = 0, notes }) => ({
      name: '',
      program,
      channel,
      notes,
    })),
  };
}

const plain = scoreOf([{ notes: [note(60, 0), note(64, 480), note(67, 960)] }]);

describe('fingerprint', () => {
  it.each([
    ['the name', { ...plain, name: 'Another' }],
    ['the tempo', { ...plain, tempos: [{ tick: 0, microsecondsPerQuarter: 300_000 }] }],
    ['velocity', scoreOf([{ notes: plain.tracks[0].notes.map((n) => ({ ...n, velocity: 20 })) }])],
    ['silence at the head', scoreOf([{ notes: [note(60, 960), note(64, 1440), note(67, 1920)] }])],
    [
      'division into tracks',
      scoreOf([{ notes: [note(64, 480)] }, { notes: [note(60, 0), note(67, 960)] }]),
    ],
    ['a shift below the grid', scoreOf([{ notes: [note(60, 0), note(64, 482), note(67, 960)] }])],
  ])('does not depend on %s', (_, score) => {
    expect(fingerprint(score)).toEqual(fingerprint(plain));
  });

  it('does not depend on the resolution', () => {
    const notes = plain.tracks[0].notes.map((n) => ({
      ...n,
      startTicks: n.startTicks * 2,
      durationTicks: n.durationTicks * 2,
    }));
    expect(fingerprint({ ...scoreOf([{ notes }]), ticksPerQuarter: 960 })).toEqual(
      fingerprint(plain),
    );
  });

  it.each([
    ['another instrument', scoreOf([{ program: 40, notes: plain.tracks[0].notes }])],
    ['percussion', scoreOf([{ channel: 9, notes: plain.tracks[0].notes }])],
    ['another length', scoreOf([{ notes: [note(60, 0, 240), note(64, 480), note(67, 960)] }])],
  ])('keeps the outline with %s', (_, score) => {
    expect(fingerprint(score).content).not.toBe(fingerprint(plain).content);
    expect(fingerprint(score).outline).toBe(fingerprint(plain).outline);
  });

  it.each([
    ['another pitch', scoreOf([{ notes: [note(61, 0), note(64, 480), note(67, 960)] }])],
    ['another onset', scoreOf([{ notes: [note(60, 0), note(64, 500), note(67, 960)] }])],
    ['a note less', scoreOf([{ notes: [note(60, 0), note(64, 480)] }])],
  ])('tells %s', (_, score) => {
    expect(fingerprint(score).outline).not.toBe(fingerprint(plain).outline);
  });

  it('refuses a score without notes', () => {
    expect(() => fingerprint(scoreOf([]))).toThrow(RangeError);
  });
});
