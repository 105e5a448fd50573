import { describe, expect, it } from 'vitest';
import type { Recording } from './recording.js';
import { resample } from './resample.js';

function recordingOf(sampleRate: number, samples: Float32Array): Recording {
  return {
    format: 'wav',
    sampleRate,
    seconds: samples.length / sampleRate,
    warnings: [],
    fractionRead: () => 1,
    blocks: async function* blocks() {
      for (let at = 0; at < samples.length; at += 5000) yield samples.subarray(at, at + 5000);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function resampled(sampleRate: number, signal: (seconds: number) => number) {
  const samples = Float32Array.from({ length: sampleRate }, (_, i) => signal(i / sampleRate));
  const parts: number[] = [];
  for await (const part of resample(recordingOf(sampleRate, samples), 22_050, 'x.wav')) {
    parts.push(...part);
  }
  return parts;
}

const sine =
  (hertz: number) =>
  (seconds: number): number =>
    0.5 * Math.sin(2 * Math.PI * hertz * seconds);

/** Away from the ends, where the filter sees the silence around the sound. */
const inner = (samples: number[]): number[] => samples.slice(1000, -1000);

describe('resample', () => {
  it.each([8000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000])(
    'keeps a tone at its times, from %d Hz',
    async (sampleRate) => {
      const result = await resampled(sampleRate, sine(440));
      expect(result).toHaveLength(22_050);
      const wrong = inner(result).map((value, i) =>
        Math.abs(value - sine(440)((i + 1000) / 22_050)),
      );
      // The filter's ripple; the sound is not moved by so much as a tenth of a sample.
      expect(Math.max(...wrong)).toBeLessThan(1e-3);
    },
  );

  it('lets nothing above half the rate fold down', async () => {
    const result = await resampled(48_000, sine(13_000));
    expect(Math.max(...inner(result).map(Math.abs))).toBeLessThan(1e-4); // -80 dB
  });

  it.each([4000, 0, 384_000])('refuses %d Hz', async (sampleRate) => {
    const samples = resample(recordingOf(sampleRate, new Float32Array(10)), 22_050, 'x.wav');
    await expect(samples.next()).rejects.toThrow(expect.objectContaining({ code: 'sample-rate' }));
  });
});
