import { describe, expect, it } from 'vitest';
import { outputLatency } from './audio-context.js';

describe('outputLatency', () => {
  it('is what the browser tells, or what it tells of its own part, or none', () => {
    expect(outputLatency({ currentTime: 9, outputLatency: 0.2, baseLatency: 0.01 })).toBe(0.2);
    expect(outputLatency({ currentTime: 9, baseLatency: 0.01 })).toBe(0.01);
    expect(outputLatency({ currentTime: 9 })).toBe(0);
  });

  it('is not asked for while the sound begins, when Firefox may never answer', () => {
    const beginning = {
      currentTime: 0.5,
      baseLatency: 0.01,
      get outputLatency(): number {
        throw new Error('asked');
      },
    };
    expect(outputLatency(beginning)).toBe(0.01);
  });
});
