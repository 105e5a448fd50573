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

export function createTone(options: ToneOptions): Voice {
  const { timbre, pitch, velocity, durationSeconds, sampleRate, wavetables } = options;
  const frequency = 440 * 2 ** ((pitch - 69) / 12);
  const bright = wavetables(timbre.bright, frequency);
  const mellow = wavetables(timbre.mellow, frequency);
  const increment = (frequency * TABLE_SIZE) / sampleRate;
  const loudness = velocityGain(velocity) * timbre.gain;
  const brightness = 0.25 + 0.5 * (velocity / 127); // a hard stroke is brighter, not only louder
  const { left, right } = constantPower(timbre.pan + (pitch - 64) / 250);
  const envelope = createEnvelope(timbre, pitch, durationSeconds);

  let sample = 0;
  let brightPhase = 0;
  let mellowPhase = 0;
  let gains = { bright: 0, mellow: 0 };

  /** Mixes up to CONTROL_SAMPLES samples while the gains move in straight lines to their next values. */
  const mixSegment = ({ left: l, right: r }: StereoBlock, first: number, count: number): void => {
    const next = envelope((sample + count) / sampleRate);
    const bend = vibratoAt(sample / sampleRate, timbre.vibrato);
    const mellowStep = increment * bend;
    const brightStep = mellowStep * (1 + timbre.detune);
    const brightSlope = (next.bright - gains.bright) / count;
    const mellowSlope = (next.mellow - gains.mellow) / count;
    let brightGain = gains.bright * loudness * brightness;
    let mellowGain = gains.mellow * loudness * (1 - brightness);
    for (let i = first; i < first + count; i++) {
      const a = brightPhase | 0;
      const b = mellowPhase | 0;
      const value =
        brightGain * (bright[a] + (bright[a + 1] - bright[a]) * (brightPhase - a)) +
        mellowGain * (mellow[b] + (mellow[b + 1] - mellow[b]) * (mellowPhase - b));
      l[i] += value * left;
      r[i] += value * right;
      brightGain += brightSlope * loudness * brightness;
      mellowGain += mellowSlope * loudness * (1 - brightness);
      brightPhase += brightStep;
      if (brightPhase >= TABLE_SIZE) brightPhase -= TABLE_SIZE;
      mellowPhase += mellowStep;
      if (mellowPhase >= TABLE_SIZE) mellowPhase -= TABLE_SIZE;
    }
    gains = next;
    sample += count;
  };

  return {
    mix(block, offset) {
      for (let first = offset; first < block.left.length; first += CONTROL_SAMPLES) {
        mixSegment(block, first, Math.min(CONTROL_SAMPLES, block.left.length - first));
        const isOver = sample > timbre.attack * sampleRate;
        if (isOver && Math.max(gains.bright, gains.mellow) < SILENCE) return false;
      }
      return true;
    },
  };
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
