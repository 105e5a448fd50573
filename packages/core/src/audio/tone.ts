// A pitched note: two wavetables with an envelope each, slightly out of tune with each other.
import type { Timbre } from './timbres.js';
import { constantPower, velocityGain, type StereoBlock, type Voice } from './voice.js';
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
  const bright: Wave = { table: wavetables(timbre.bright, frequency), phase: 0, gain: 0 };
  const mellow: Wave = { table: wavetables(timbre.mellow, frequency), phase: 0, gain: 0 };
  const mono = new Float32Array(CONTROL_SAMPLES);
  let sample = 0;

  const mixSegment = ({ left, right }: StereoBlock, first: number, count: number): void => {
    const step = increment * vibratoAt(sample / sampleRate, timbre.vibrato);
    sample += count;
    const next = envelope(sample / sampleRate);
    mono.fill(0);
    addWave(mono, count, bright, step * (1 + timbre.detune), next.bright * loudness * brightness);
    addWave(mono, count, mellow, step, next.mellow * loudness * (1 - brightness));
    for (let i = 0; i < count; i++) {
      left[first + i] += mono[i] * place.left;
      right[first + i] += mono[i] * place.right;
    }
  };

  return {
    mix(block, offset) {
      for (let first = offset; first < block.left.length; first += CONTROL_SAMPLES) {
        mixSegment(block, first, Math.min(CONTROL_SAMPLES, block.left.length - first));
        const hasBegun = sample > timbre.attack * sampleRate;
        if (hasBegun && Math.max(bright.gain, mellow.gain) < SILENCE) return false;
      }
      return true;
    },
  };
}

/** A periodic wave, where it is in its period (in samples of the table), and how loud. */
interface Wave {
  readonly table: Float32Array;
  phase: number;
  gain: number;
}

/** Adds `count` samples of a wave; its gain moves in a straight line to `nextGain`.
 *  @param step samples of the table for each sample of the output */
function addWave(
  output: Float32Array,
  count: number,
  wave: Wave,
  step: number,
  nextGain: number,
): void {
  const { table } = wave;
  let { phase, gain } = wave;
  const slope = (nextGain - gain) / count;
  for (let i = 0; i < count; i++) {
    const index = phase | 0;
    const sample = table[index];
    output[i] += gain * (sample + (table[index + 1] - sample) * (phase - index));
    gain += slope;
    phase += step;
    if (phase >= TABLE_SIZE) phase -= TABLE_SIZE;
  }
  wave.phase = phase;
  wave.gain = nextGain;
}

/** Gains of the two parts at a time in seconds since the onset. */
type Envelope = (time: number) => { bright: number; mellow: number };

function createEnvelope(timbre: Timbre, pitch: number, durationSeconds: number): Envelope {
  const { attack, sustain, release } = timbre;
  const rate = timbre.decayFollowsPitch ? 2 ** ((pitch - 60) / 20) : 1;
  const held = Math.max(durationSeconds, attack);
  const part = (time: number, decay: number): number => {
    const sounding = Math.min(time, held);
    const rise = Math.min(1, sounding / attack);
    const fall = Math.exp((-Math.max(0, sounding - attack) * rate) / decay);
    const released = time > held ? Math.exp(-(time - held) / release) : 1;
    return rise * (sustain + (1 - sustain) * fall) * released;
  };
  return (time) => ({
    bright: part(time, timbre.brightDecay),
    mellow: part(time, timbre.mellowDecay),
  });
}

function vibratoAt(time: number, depth: number): number {
  if (depth === 0) return 1;
  const onset = Math.min(1, Math.max(0, time - VIBRATO_DELAY) / 0.3);
  return 1 + depth * onset * Math.sin(2 * Math.PI * VIBRATO_HERTZ * time);
}
