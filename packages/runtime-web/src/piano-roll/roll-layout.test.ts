import { describe, expect, it } from 'vitest';
import { layOutRoll, type RollInput, timeStep } from './roll-layout.js';

const input = (more: Partial<RollInput> = {}): RollInput => ({
  width: 754,
  height: 240,
  lowest: 60,
  highest: 72,
  position: 0,
  start: 0,
  end: 100,
  reducedMotion: false,
  ...more,
});

describe('layOutRoll', () => {
  it('maps seconds and pitches to places and back', () => {
    const layout = layOutRoll(input());
    expect([layout.xAt(layout.from), layout.xAt(layout.to)]).toEqual([layout.left, 754]);
    expect(layout.secondsAt(layout.xAt(3.3))).toBeCloseTo(3.3, 9);
    expect(layout.yAt(layout.highest)).toBe(0);
    expect(layout.yAt(layout.lowest) + layout.rowHeight).toBeCloseTo(240, 9);
    expect(layout.highest - layout.lowest).toBeGreaterThanOrEqual(24);
  });

  it('follows the music, and stops at both ends', () => {
    const at = (position: number) => layOutRoll(input({ position }));
    expect(at(1).from).toBe(0);
    expect(at(50).xAt(50)).toBeCloseTo(34 + 0.3 * 720, 6);
    expect(at(100).to).toBe(100);
  });

  it('turns pages instead where motion is not wanted', () => {
    const at = (position: number) => layOutRoll(input({ position, reducedMotion: true })).from;
    expect([at(0), at(9.9), at(10), at(19.9), at(20)]).toEqual([0, 0, 10, 10, 20]);
  });

  it('holds a narrow screen and a piano', () => {
    const layout = layOutRoll(input({ width: 320, lowest: 21, highest: 108 }));
    expect(layout.left).toBe(22);
    expect([layout.lowest, layout.highest]).toEqual([19, 110]);
    expect(layout.to - layout.from).toBe(5);
  });
});

it('keeps time marks apart', () => {
  expect([timeStep(72, 64), timeStep(20, 64), timeStep(0.1, 64)]).toEqual([1, 5, 1800]);
});
