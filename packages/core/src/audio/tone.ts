// A pitched note: two wavetables with an envelope each, slightly out of tune with each other.
import type { Timbre } from './timbres.js';
import { constantPower, FADE_SECONDS, velocityGain, type Voice } from './voice.js';
import { TABLE_SIZE, type WavetableBank } from './wavetable.js';

/** Samples between two evaluations of the envelopes; straight lines between them. */
const CONTROL_SAMPLES = 64;
/** Below this a released note is over (-66 dB). */
const SILENCE = 0.0005;
const VIBRATO_HERTZ = 5.3;
/** Vibrato sets in this many seconds after the note. */
const VIBRATO_DELAY = 0.35;

export interface ToneOptions {
  timbre: Timbre;
  /** MIDI pitch. */
  pitch: number;
  velocity: number;
  /** Infinity for a note that is held until it is released. */
  durationSeconds: number;
  sampleRate: number;
  wavetables: WavetableBank;
}

/** The frequency of a MIDI pitch in Hz, equal temperament at A4 = 440. */
export function pitchFrequency(pitch: number): number {
  return 440 * 2 ** ((pitch - 69) / 12);
}

/** A note whose frequency is below half the sample rate. */
export function createTone(options: ToneOptions): Voice {
  const { timbre, pitch, velocity, durationSeconds, sampleRate, wavetables } = options;
  const frequency = pitchFrequency(pitch);
  const increment = (frequency * TABLE_SIZE) / sampleRate;
  const loudness = velocityGain(velocity) * timbre.gain;
  const brightness = 0.25 + 0.5 * (velocity / 127); // a hard stroke is brighter, not only louder
  const place = constantPower(timbre.pan + (pitch - 64) / 250);
  const envelope = createEnvelope(timbre, pitch, durationSeconds);
  const bright = createWave(wavetables(timbre.bright, frequency));
  const mellow = createWave(wavetables(timbre.mellow, frequency));
  const mono = new Float32Array(CONTROL_SAMPLES);
  let sample = 0; // where the segment at work ends
  let remaining = 0; // samples of it that are still to come
  let fadesFrom = Infinity; // seconds

  const seconds = (): number => (sample - remaining) / sampleRate;
  const beginSegment = (): void => {
    const step = increment * vibratoAt(sample / sampleRate, timbre.vibrato);
    sample += CONTROL_SAMPLES;
    remaining = CONTROL_SAMPLES;
    const time = sample / sampleRate;
    const next = envelope.gainsAt(time);
    const left = time > fadesFrom ? Math.exp((fadesFrom - time) / FADE_SECONDS) : 1;
    aimWave(bright, step * (1 + timbre.detune), next.bright * loudness * brightness * left);
    aimWave(mellow, step, next.mellow * loudness * (1 - brightness) * left);
  };
  const isOver = (): boolean =>
    (sample > timbre.attack * sampleRate || fadesFrom < Infinity) &&
    Math.max(bright.nextGain, mellow.nextGain) < SILENCE;

  return {
    mix({ left, right }, offset) {
      for (let first = offset; first < left.length;) {
        if (remaining === 0) {
          if (sample > 0 && isOver()) return false;
          beginSegment();
        }
        const count = Math.min(remaining, left.length - first);
        mono.fill(0, 0, count);
        addWave(mono, count, bright);
        addWave(mono, count, mellow);
        for (let i = 0; i < count; i++) {
          left[first + i] += mono[i] * place.left;
          right[first + i] += mono[i] * place.right;
        }
        first += count;
        remaining -= count;
      }
      return true;
    },
    release: () => envelope.releaseAt(seconds()),
    fade: () => {
      fadesFrom = Math.min(fadesFrom, seconds());
    },
  };
}

/** A periodic wave, where it is in its period (in samples of the table), and how loud. */
interface Wave {
  readonly table: Float32Array;
  phase: number;
  /** Samples of the table for each sample of the output. */
  step: number;
  gain: number;
  /** Where the gain is at the end of the segment; it goes there in a straight line. */
  nextGain: number;
  slope: number;
}

function createWave(table: Float32Array): Wave {
  return { table, phase: 0, step: 0, gain: 0, nextGain: 0, slope: 0 };
}

/** Sets out for the next segment. */
function aimWave(wave: Wave, step: number, nextGain: number): void {
  wave.step = step;
  wave.gain = wave.nextGain;
  wave.nextGain = nextGain;
  wave.slope = (nextGain - wave.gain) / CONTROL_SAMPLES;
}

/** Adds the next `count` samples of a wave. */
function addWave(output: Float32Array, count: number, wave: Wave): void {
  const { table, step, slope } = wave;
  let { phase, gain } = wave;
  for (let i = 0; i < count; i++) {
    const index = phase | 0;
    const sample = table[index];
    output[i] += gain * (sample + (table[index + 1] - sample) * (phase - index));
    gain += slope;
    phase += step;
    if (phase >= TABLE_SIZE) phase -= TABLE_SIZE;
  }
  wave.phase = phase;
  wave.gain = gain;
}

/** How loud a note is over time, in seconds since its onset. */
interface Envelope {
  /** Gains of the two parts. */
  gainsAt(time: number): { bright: number; mellow: number };
  /** Ends the holding, unless it has ended. */
  releaseAt(time: number): void;
}

function createEnvelope(timbre: Timbre, pitch: number, durationSeconds: number): Envelope {
  const { attack, sustain, release } = timbre;
  const rate = timbre.decayFollowsPitch ? 2 ** ((pitch - 60) / 20) : 1;
  let held = Math.max(durationSeconds, attack);
  const part = (time: number, decay: number): number => {
    const sounding = Math.min(time, held);
    const rise = Math.min(1, sounding / attack);
    const fall = Math.exp((-Math.max(0, sounding - attack) * rate) / decay);
    const released = time > held ? Math.exp(-(time - held) / release) : 1;
    return rise * (sustain + (1 - sustain) * fall) * released;
  };
  return {
    gainsAt: (time) => ({
      bright: part(time, timbre.brightDecay),
      mellow: part(time, timbre.mellowDecay),
    }),
    releaseAt(time) {
      held = Math.min(held, Math.max(time, attack));
    },
  };
}

function vibratoAt(time: number, depth: number): number {
  if (depth === 0) return 1;
  const onset = Math.min(1, Math.max(0, time - VIBRATO_DELAY) / 0.3);
  return 1 + depth * onset * Math.sin(2 * Math.PI * VIBRATO_HERTZ * time);
}
