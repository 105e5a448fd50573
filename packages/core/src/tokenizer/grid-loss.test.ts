import { describe, expect, it } from 'vitest';
import {
  countDisplacement,
  createGridLoss,
  mergeGridLosses,
  summariseGridLoss,
} from './grid-loss.js';
import type { GridLoss } from './grid-loss.js';

function lossOf(...milliseconds: number[]): GridLoss {
  const loss = createGridLoss();
  loss.notes = milliseconds.length;
  loss.onsetsOffGrid = milliseconds.filter((each) => each > 0).length;
  for (const each of milliseconds) countDisplacement(loss, each);
  return loss;
}

describe('grid loss', () => {
  it('gives mean, 95th percentile and maximum', () => {
    const milliseconds = Array.from({ length: 100 }, (_, i) => i / 4);
    const { displacementMilliseconds, onsetsOffGridPercent } = summariseGridLoss(
      lossOf(...milliseconds),
    );
    expect(displacementMilliseconds).toEqual({ mean: 12.375, p95: 23.5, max: 24.75 });
    expect(onsetsOffGridPercent).toBe(99);
  });

  it('never gives a percentile above the maximum, nor loses what is off the histogram', () => {
    const figures = (...each: number[]) =>
      summariseGridLoss(lossOf(...each)).displacementMilliseconds;
    expect(figures(1.1)).toEqual({ mean: 1.1, p95: 1.1, max: 1.1 });
    expect(figures(500, 700)).toEqual({ mean: 600, p95: 700, max: 700 });
  });

  it('adds up over a corpus as if it were one score', () => {
    const parts = [lossOf(0, 3, 9), lossOf(), lossOf(80, 1)];
    parts[0].barsCut = 2;
    parts[2].barsCut = 3;
    parts[0].tempo = { seconds: 10, errorSeconds: 1 };
    parts[2].tempo = { seconds: 30, errorSeconds: 0 };
    const total = mergeGridLosses(parts);
    const whole = {
      ...lossOf(0, 3, 9, 80, 1),
      barsCut: 5,
      tempo: { seconds: 40, errorSeconds: 1 },
    };
    expect(total).toEqual(whole);
    expect(summariseGridLoss(total).tempoErrorPercent).toBe(2.5);
  });

  it('is all zeros without notes', () => {
    expect(summariseGridLoss(createGridLoss())).toEqual({
      notes: 0,
      onsetsOffGridPercent: 0,
      durationsOffGridPercent: 0,
      displacementMilliseconds: { mean: 0, p95: 0, max: 0 },
      tempoErrorPercent: 0,
    });
  });
});
