import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTempoMap } from './tempo-map.js';

const tempos = [
  { tick: 0, microsecondsPerQuarter: 500_000 },
  { tick: 960, microsecondsPerQuarter: 1_000_000 },
  { tick: 1440, microsecondsPerQuarter: 250_000 },
];
const clock = createTempoMap({ ticksPerQuarter: 480, tempos });

describe('createTempoMap', () => {
  it.each([
    [0, 0, 500_000],
    [480, 0.5, 500_000],
    [959, 0.998958333333, 500_000],
    [960, 1, 1_000_000],
    [1200, 1.5, 1_000_000],
    [1440, 2, 250_000],
    [3360, 3, 250_000],
  ])('tick %i is at %f s, where a quarter lasts %i us', (tick, seconds, microseconds) => {
    expect(clock.secondsAt(tick)).toBeCloseTo(seconds, 9);
    expect(clock.tempoAt(tick)).toBe(microseconds);
  });

  it('counts 120 quarters a minute without a tempo', () => {
    expect(createTempoMap({ ticksPerQuarter: 96, tempos: [] }).secondsAt(192)).toBe(1);
  });

  it('is its own inverse, and never runs backwards', () => {
    const tempo = fc.record({
      gap: fc.integer({ min: 1, max: 5000 }),
      microsecondsPerQuarter: fc.integer({ min: 1000, max: 0xffffff }),
    });
    const tick = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(fc.array(tempo), tick, tick, (list, a, b) => {
        let at = 0;
        const changes = list.map(({ gap, microsecondsPerQuarter }, index) => {
          at += index === 0 ? 0 : gap;
          return { tick: at, microsecondsPerQuarter };
        });
        const map = createTempoMap({ ticksPerQuarter: 480, tempos: changes });
        // The error of a double over some thousand seconds, in ticks of 2 us or more.
        expect(map.ticksAt(map.secondsAt(a))).toBeCloseTo(a, 4);
        expect(Math.sign(map.secondsAt(a) - map.secondsAt(b))).toBe(Math.sign(a - b));
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it.each([-1, NaN, Infinity])('refuses %f', (value) => {
    expect(() => clock.secondsAt(value)).toThrow(RangeError);
    expect(() => clock.ticksAt(value)).toThrow(RangeError);
    expect(() => clock.tempoAt(value)).toThrow(RangeError);
  });
});
