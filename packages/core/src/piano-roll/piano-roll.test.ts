import { describe, expect, it } from 'vitest';
import type { Note, Score } from '../score/score.js';
import { barLines } from './bar-lines.js';
import { pianoRollSvg } from './piano-roll.js';

const note = (pitch: number, startTicks: number, durationTicks = 480): Note => ({
  pitch,
  startTicks,
  durationTicks,
  velocity: 80,
});

/** Tracks of notes at 120 quarters a minute, 480 ticks each, so a second has 960 ticks. */
function scoreOf(
  tracks: { program?: number; channel?: number; notes: Note[] }[],
  name = '',
): Score {
  return {
    ticksPerQuarter: 480,
    name,
    tempos: [],
    timeSignatures: [],
    keySignatures: [],
    tracks: tracks.map(({ program = 0, channel = 0, notes }) => ({
      name: '',
      channel,
      program,
      notes,
    })),
  };
}

/** Strokes of a layer as [x, y, length]. */
function strokesOf(svg: string, layer: number): number[][] {
  const path = new RegExp(`or-note or-${layer}" stroke-width="[^"]+" d="([^"]*)"`).exec(svg)?.[1];
  return [...(path ?? '').matchAll(/M([\d.]+) ([\d.]+)h([\d.]+)/g)].map((m) =>
    m.slice(1).map(Number),
  );
}

describe('pianoRollSvg', () => {
  it('draws every note at its time and pitch', () => {
    const notes = [note(60, 0), note(64, 480), note(60, 960, 960)];
    const strokes = strokesOf(pianoRollSvg(scoreOf([{ notes }])), 0);
    expect(strokes).toHaveLength(3);
    const [first, second, third] = strokes as [number[], number[], number[]];
    expect(first[0]).toBe(44);
    expect(second[0] - first[0]).toBeCloseTo((1200 - 60) / 4, 1); // a quarter of two seconds
    expect(third[0] - first[0]).toBeCloseTo((1200 - 60) / 2, 1);
    expect(second[1]).toBeLessThan(first[1]);
    expect(third[1]).toBe(first[1]);
    expect(third[2]).toBeGreaterThan(1.9 * first[2]);
  });

  it('gives each instrument a colour and a name, most notes first, voices together', () => {
    const svg = pianoRollSvg(
      scoreOf([
        { program: 40, notes: [note(70, 0)] },
        { program: 0, notes: [note(60, 0), note(62, 480)] },
        { program: 0, notes: [note(48, 0)] },
        { program: 3, channel: 9, notes: [note(38, 0)] },
      ]),
    );
    expect(strokesOf(svg, 0)).toHaveLength(3);
    expect(strokesOf(svg, 1)).toHaveLength(1);
    expect([...svg.matchAll(/y="48">([^<]+)</g)].map((m) => m[1])).toEqual([
      'Acoustic Grand Piano',
      'Violin',
      'Percussion',
    ]);
  });

  it('puts instruments beyond the colours together', () => {
    const tracks = Array.from({ length: 12 }, (_, program) => ({ program, notes: [note(60, 0)] }));
    const svg = pianoRollSvg(scoreOf(tracks));
    expect(svg).toContain('6 others');
    expect(svg).not.toContain('or-note or-7');
  });

  it('escapes names, whatever they hold', () => {
    const hostile = `</title><script>alert('1')</script>" onload="x\u0000\u0007\uD800]]>&`;
    const svg = pianoRollSvg(scoreOf([{ notes: [note(60, 0)] }], hostile));
    expect(svg).not.toContain('<script');
    expect(svg).not.toContain('onload="');
    expect(svg).toContain('&lt;script&gt;');
    for (const character of ['\u0000', '\u0007', '\uD800']) expect(svg).not.toContain(character);
    expect(pianoRollSvg(scoreOf([], 'x'.repeat(100_000))).length).toBeLessThan(10_000);
  });

  it('stays small for a piece of 200,000 notes', () => {
    const notes = Array.from({ length: 200_000 }, (_, i) => note(40 + (i % 40), i * 30, 30));
    const svg = pianoRollSvg(scoreOf([{ notes }]));
    expect(svg).toContain('200000 notes');
    expect(svg.length).toBeLessThan(1_000_000);
  });

  it('draws a score without notes', () => {
    const svg = pianoRollSvg(scoreOf([]));
    expect(svg).toContain('Untitled');
    expect(svg).toContain('0 notes, 0:01');
    expect(svg).not.toContain('NaN');
  });

  it('refuses a width outside its range', () => {
    expect(() => pianoRollSvg(scoreOf([]), { width: 10 })).toThrow(RangeError);
    expect(() => pianoRollSvg(scoreOf([]), { width: Number.NaN })).toThrow(RangeError);
  });
});

describe('barLines', () => {
  const waltz: Score = {
    ...scoreOf([]),
    timeSignatures: [
      { tick: 0, numerator: 4, denominator: 4 },
      { tick: 3840, numerator: 3, denominator: 4 },
    ],
  };

  it('follows the metre', () => {
    const ticks = barLines(waltz, 3840 + 2880, 100).map(({ tick }) => tick);
    expect(ticks).toEqual([0, 1920, 3840, 5280]);
  });

  it('numbers bars from 1 and leaves some out where there are too many', () => {
    const lines = barLines(scoreOf([]), 1920 * 64, 20);
    expect(lines.map(({ bar }) => bar)).toEqual(Array.from({ length: 16 }, (_, i) => 1 + 4 * i));
  });

  it('stays bounded for bars of one tick', () => {
    const tiny: Score = {
      ...scoreOf([]),
      ticksPerQuarter: 16,
      timeSignatures: [{ tick: 0, numerator: 1, denominator: 64 }],
    };
    expect(barLines(tiny, 2 ** 50, 50).length).toBeLessThanOrEqual(51);
  });
});
