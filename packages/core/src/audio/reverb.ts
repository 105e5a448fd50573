// A small room after Schroeder: parallel combs that lose their highs, then all-passes. Delays are Freeverb's.
import type { StereoBlock } from './voice.js';

/** In samples at 44.1 kHz; the right channel's are longer, which makes the room wide. */
const COMB_DELAYS = [1116, 1277, 1422, 1557];
const ALL_PASS_DELAYS = [556, 341];
const STEREO_SPREAD = 23;
const FEEDBACK = 0.8;
const DAMPING = 0.35;
const WET = 0.015;

/** Adds the room's answer to a block, in place; keeps what still rings for the next block. */
export type Reverb = (block: StereoBlock) => void;

export function createReverb(sampleRate: number): Reverb {
  const left = createChannel(sampleRate, 0);
  const right = createChannel(sampleRate, STEREO_SPREAD);
  let input = new Float32Array(0);
  return (block) => {
    const { length } = block.left;
    if (input.length !== length) input = new Float32Array(length);
    for (let i = 0; i < length; i++) input[i] = WET * (block.left[i] + block.right[i]);
    add(block.left, left(input));
    add(block.right, right(input));
  };
}

/** The room's answer to a block, as heard on one side; valid until the next block. */
type Channel = (input: Float32Array) => Float32Array;

function createChannel(sampleRate: number, spread: number): Channel {
  const samples = (delay: number): number => Math.round(((delay + spread) * sampleRate) / 44_100);
  const combs = COMB_DELAYS.map((delay) => createComb(samples(delay)));
  const allPasses = ALL_PASS_DELAYS.map((delay) => createAllPass(samples(delay)));
  let output = new Float32Array(0);
  return (input) => {
    if (output.length === input.length) output.fill(0);
    else output = new Float32Array(input.length);
    for (const comb of combs) comb(input, output);
    for (const allPass of allPasses) allPass(output);
    return output;
  };
}

/** An echo that repeats, darker each time. Adds to `output`. */
function createComb(delay: number): (input: Float32Array, output: Float32Array) => void {
  const line = new Float32Array(delay);
  let place = 0;
  let damped = 0;
  return (input, output) => {
    for (let i = 0; i < input.length; i++) {
      const delayed = line[place];
      damped = delayed + DAMPING * (damped - delayed);
      line[place] = input[i] + FEEDBACK * damped;
      if (++place === delay) place = 0;
      output[i] += delayed;
    }
  };
}

/** Smears echoes in time and leaves the balance of frequencies. Works in place. */
function createAllPass(delay: number): (samples: Float32Array) => void {
  const line = new Float32Array(delay);
  let place = 0;
  return (samples) => {
    for (let i = 0; i < samples.length; i++) {
      const delayed = line[place];
      const input = samples[i];
      line[place] = input + 0.5 * delayed;
      if (++place === delay) place = 0;
      samples[i] = delayed - input;
    }
  };
}

function add(target: Float32Array, values: Float32Array): void {
  for (let i = 0; i < target.length; i++) target[i] += values[i];
}
