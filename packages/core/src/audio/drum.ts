// A percussion stroke: a falling sine and filtered noise, in proportions by General MIDI percussion key.
import { constantPower, FADE_SECONDS, velocityGain, type Voice } from './voice.js';

interface DrumSound {
  /** Frequency of the sine in Hz at the stroke, and where it falls to. */
  readonly from: number;
  readonly to: number;
  /** Seconds in which sine and noise fall to 1/e. */
  readonly toneDecay: number;
  readonly noiseDecay: number;
  /** Shares of the two, 0..1. */
  readonly tone: number;
  readonly noise: number;
  /** How much of the noise's low end is taken away, 0..1. */
  readonly highPass: number;
  readonly pan: number;
}

const SILENCE = 0.0005;
/** Seconds in which the sine's frequency falls to 1/e of the way. */
const SWEEP = 0.03;

const KICK: DrumSound = {
  from: 140,
  to: 48,
  toneDecay: 0.14,
  noiseDecay: 0.01,
  tone: 1,
  noise: 0.25,
  highPass: 0,
  pan: 0,
};
const SNARE: DrumSound = {
  from: 230,
  to: 180,
  toneDecay: 0.06,
  noiseDecay: 0.09,
  tone: 0.4,
  noise: 0.7,
  highPass: 0.4,
  pan: 0.05,
};
const CLOSED_HAT: DrumSound = {
  ...SNARE,
  tone: 0,
  noise: 0.45,
  noiseDecay: 0.03,
  highPass: 0.9,
  pan: 0.3,
};
const OPEN_HAT: DrumSound = { ...CLOSED_HAT, noiseDecay: 0.18 };
const CYMBAL: DrumSound = { ...CLOSED_HAT, noiseDecay: 0.6, highPass: 0.8, pan: -0.3 };
const CLICK: DrumSound = {
  from: 900,
  to: 800,
  toneDecay: 0.03,
  noiseDecay: 0.02,
  tone: 0.6,
  noise: 0.3,
  highPass: 0.5,
  pan: -0.15,
};

const TOMS = [41, 43, 45, 47, 48, 50];
const SOUNDS: readonly (readonly [keys: readonly number[], sound: DrumSound])[] = [
  [[35, 36], KICK],
  [[37, 38, 39, 40], SNARE],
  [[42, 44, 54, 69, 70, 82], CLOSED_HAT],
  [[46], OPEN_HAT],
  [[49, 51, 52, 53, 55, 57, 59], CYMBAL],
];

function soundOf(key: number): DrumSound {
  if (TOMS.includes(key)) {
    const to = 80 * 2 ** ((key - 41) / 12);
    return { ...KICK, from: 1.8 * to, to, toneDecay: 0.2, pan: (key - 45) / 12 };
  }
  return SOUNDS.find(([keys]) => keys.includes(key))?.[1] ?? CLICK;
}

/** One stroke. It rings as long as it rings, whatever the note's length.
 *  @param seed of the noise; strokes with different seeds differ a little */
export function createDrum(key: number, velocity: number, sampleRate: number, seed: number): Voice {
  const sound = soundOf(key);
  const loudness = velocityGain(velocity) * 1.4;
  const { left, right } = constantPower(sound.pan);
  let toneFall = Math.exp(-1 / (sound.toneDecay * sampleRate));
  let noiseFall = Math.exp(-1 / (sound.noiseDecay * sampleRate));
  const sweepFall = Math.exp(-1 / (SWEEP * sampleRate));
  let tone = sound.tone * loudness;
  let noise = sound.noise * loudness;
  let above = sound.from - sound.to;
  let phase = 0;
  let low = 0;
  let random = (seed * 2 + 1) | 0;

  return {
    mix(block, offset) {
      for (let i = offset; i < block.left.length; i++) {
        phase += (sound.to + above) / sampleRate;
        random = (Math.imul(random, 1664525) + 1013904223) | 0; // Numerical Recipes' generator
        const white = random / 0x8000_0000;
        low += 0.2 * (white - low);
        const value = tone * Math.sin(2 * Math.PI * phase) + noise * (white - sound.highPass * low);
        block.left[i] += value * left;
        block.right[i] += value * right;
        tone *= toneFall;
        noise *= noiseFall;
        above *= sweepFall;
        if (tone <= SILENCE && noise <= SILENCE) return false;
      }
      return true;
    },
    release() {},
    fade() {
      toneFall = noiseFall = Math.exp(-1 / (FADE_SECONDS * sampleRate));
    },
  };
}
