import { describe, expect, it } from 'vitest';
import type { Note, Score } from '../score/score.js';
import { synthesize, synthesizeBlocks } from './synthesize.js';
import { encodeWav } from './wav.js';

const SAMPLE_RATE = 22_050;

/** One track at 60 quarters a minute and 1000 ticks a quarter: a tick is a millisecond. */
function scoreOf(program: number, notes: Partial<Note>[], channel = 0): Score {
  return {
    ticksPerQuarter: 1000,
    name: '',
    tempos: [{ tick: 0, microsecondsPerQuarter: 1_000_000 }],
    timeSignatures: [],
    keySignatures: [],
    tracks: [
      {
        name: '',
        channel,
        program,
        notes: notes.map((note) => ({
          pitch: 60,
          startTicks: 0,
          durationTicks: 1000,
          velocity: 90,
          ...note,
        })),
      },
    ],
  };
}

const render = (score: Score) => synthesize(score, { sampleRate: SAMPLE_RATE });
const peakOf = (samples: Float32Array) =>
  samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
const energyOf = (samples: Float32Array) =>
  samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length;

/** Power at a frequency (Goertzel). */
function powerAt(samples: Float32Array, frequency: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / SAMPLE_RATE);
  let [s1, s2] = [0, 0];
  for (const sample of samples) [s1, s2] = [sample + coefficient * s1 - s2, s1];
  return s1 * s1 + s2 * s2 - coefficient * s1 * s2;
}

/** The MIDI pitch whose first harmonics hold the most of the sound (in quarter tones, as a check of tuning). */
function heardPitch(samples: Float32Array): number {
  const candidates = Array.from({ length: 80 }, (_, i) => 40 + i / 2);
  const strength = (pitch: number): number => {
    const fundamental = 440 * 2 ** ((pitch - 69) / 12);
    return [1, 2, 3].reduce((sum, n) => sum + powerAt(samples, n * fundamental) / n ** 2, 0);
  };
  return candidates.reduce((best, pitch) => (strength(pitch) > strength(best) ? pitch : best));
}

describe('synthesize', () => {
  it.each([0, 6, 11, 19, 24, 33, 40, 42, 45, 52, 56, 60, 68, 71, 73, 81, 89])(
    'plays program %i in tune, at a sensible level, in both channels',
    (program) => {
      for (const pitch of [48, 60, 72]) {
        const [left, right] = render(scoreOf(program, [{ pitch }]));
        const body = left.slice(0.2 * SAMPLE_RATE, 0.6 * SAMPLE_RATE);
        expect(heardPitch(body)).toBe(pitch);
        for (const channel of [left, right]) {
          expect(peakOf(channel)).toBeGreaterThan(0.01);
          expect(peakOf(channel)).toBeLessThan(0.5);
        }
      }
    },
  );

  it('lasts as long as the piece and two seconds of tail, which dies away', () => {
    const [left, right] = render(scoreOf(40, [{ durationTicks: 3000 }]));
    expect(left.length).toBe(5 * SAMPLE_RATE);
    expect(right.length).toBe(left.length);
    expect(peakOf(left.slice(-0.1 * SAMPLE_RATE))).toBeLessThan(0.003);
  });

  it('is silent before the first note', () => {
    const [left] = render(scoreOf(0, [{ startTicks: 500 }]));
    expect(peakOf(left.slice(0, 0.49 * SAMPLE_RATE))).toBe(0);
    expect(peakOf(left.slice(0.5 * SAMPLE_RATE, 0.6 * SAMPLE_RATE))).toBeGreaterThan(0.01);
  });

  it('follows velocity', () => {
    const [soft] = render(scoreOf(0, [{ velocity: 20 }]));
    const [loud] = render(scoreOf(0, [{ velocity: 120 }]));
    expect(energyOf(loud)).toBeGreaterThan(20 * energyOf(soft));
  });

  it('never clips and never gives NaN, however many notes sound together', () => {
    const notes = Array.from({ length: 200 }, (_, i) => ({ pitch: i % 128, velocity: 127 }));
    for (const program of [0, 19, 48]) {
      for (const channel of render(scoreOf(program, notes))) {
        expect(channel.every((sample) => Math.abs(sample) < 1)).toBe(true);
      }
    }
  });

  it('has no aliases: the highest notes hold nothing below their fundamental', () => {
    const [left] = render(scoreOf(40, [{ pitch: 120 }])); // 8372 Hz
    const fundamental = powerAt(left, 440 * 2 ** ((120 - 69) / 12));
    for (const frequency of [500, 1000, 2000, 4000, 6000]) {
      expect(powerAt(left, frequency)).toBeLessThan(fundamental * 1e-4);
    }
  });

  it('leaves out notes that the sample rate cannot hold', () => {
    const [left] = synthesize(scoreOf(40, [{ pitch: 127 }, { pitch: 60 }]), { sampleRate: 8000 });
    const [alone] = synthesize(scoreOf(40, [{ pitch: 60 }]), { sampleRate: 8000 });
    expect(left).toEqual(alone);
  });

  it('plays every percussion key', () => {
    for (let pitch = 27; pitch <= 87; pitch++) {
      const [left] = render(scoreOf(0, [{ pitch }], 9));
      expect(peakOf(left)).toBeGreaterThan(0.01);
    }
  });

  it('puts instruments in their places', () => {
    const balance = (program: number): number => {
      const [left, right] = render(scoreOf(program, [{}]));
      return energyOf(left) / energyOf(right);
    };
    expect(balance(40)).toBeGreaterThan(1.5); // violin: left
    expect(balance(42)).toBeLessThan(0.7); // cello: right
  });

  it('gives the same samples every time, in blocks too', () => {
    const score = scoreOf(0, [{}, { pitch: 64, startTicks: 700 }]);
    const [left] = render(score);
    const blocks = [...synthesizeBlocks(score, { sampleRate: SAMPLE_RATE })];
    expect(blocks.length).toBeGreaterThan(1);
    expect(Float32Array.from(blocks.flatMap((block) => [...block.left]))).toEqual(left);
  });

  it('refuses pieces that are too long and odd sample rates', () => {
    const long = scoreOf(0, [{ startTicks: 2 ** 45 }]);
    expect(() => synthesize(long)).toThrow(/at most 3600/);
    expect(() => synthesize(scoreOf(0, []), { sampleRate: 1 })).toThrow(RangeError);
  });
});

describe('encodeWav', () => {
  it('writes the header and interleaves the channels', () => {
    const bytes = encodeWav([Float32Array.of(0, 1, 2), Float32Array.of(-1, 0.5, Number.NaN)], 8000);
    const view = new DataView(bytes.buffer);
    expect(new TextDecoder().decode(bytes.slice(0, 4))).toBe('RIFF');
    expect(new TextDecoder().decode(bytes.slice(8, 16))).toBe('WAVEfmt ');
    expect(view.getUint32(4, true)).toBe(bytes.length - 8);
    expect([20, 22, 32, 34].map((at) => view.getUint16(at, true))).toEqual([1, 2, 4, 16]);
    expect([24, 28, 40].map((at) => view.getUint32(at, true))).toEqual([8000, 32_000, 12]);
    const samples = [0, 1, 2, 3, 4, 5].map((i) => view.getInt16(44 + 2 * i, true));
    expect(samples).toEqual([0, -32_767, 32_767, 16_384, 32_767, 0]);
  });

  it('refuses shapes that do not fit', () => {
    expect(() => encodeWav([], 8000)).toThrow(RangeError);
    expect(() => encodeWav([new Float32Array(1), new Float32Array(2)], 8000)).toThrow(RangeError);
    expect(() => encodeWav([new Float32Array(1)], 0.5)).toThrow(RangeError);
  });
});
