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
  return (block) => {
    for (let i = 0; i < block.left.length; i++) {
      const input = block.left[i] + block.right[i];
      block.left[i] += WET * left(input);
      block.right[i] += WET * right(input);
    }
  };
}

type Filter = (input: number) => number;

function createChannel(sampleRate: number, spread: number): Filter {
  const samples = (delay: number): number => Math.round(((delay + spread) * sampleRate) / 44_100);
  const [a, b, c, d] = COMB_DELAYS.map((delay) => createComb(samples(delay)));
  const [first, second] = ALL_PASS_DELAYS.map((delay) => createAllPass(samples(delay)));
  return (input) => second(first(a(input) + b(input) + c(input) + d(input)));
}

function createComb(delay: number): Filter {
  const line = new Float32Array(delay);
  let place = 0;
  let damped = 0;
  return (input) => {
    const output = line[place];
    damped = output + DAMPING * (damped - output);
    line[place] = input + FEEDBACK * damped;
    if (++place === delay) place = 0;
    return output;
  };
}

function createAllPass(delay: number): Filter {
  const line = new Float32Array(delay);
  let place = 0;
  return (input) => {
    const delayed = line[place];
    line[place] = input + 0.5 * delayed;
    if (++place === delay) place = 0;
    return delayed - input;
  };
}
