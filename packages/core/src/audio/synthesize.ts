// A score as sound: a small synthesiser in plain JavaScript, the same samples on every run.
import { scoreEndTicks } from '../score/measures.js';
import { PERCUSSION_CHANNEL, type Score } from '../score/score.js';
import { createTempoMap } from '../score/tempo-map.js';
import { createDrum } from './drum.js';
import { createReverb } from './reverb.js';
import { timbreOf } from './timbres.js';
import { createTone, pitchFrequency } from './tone.js';
import type { StereoBlock, Voice } from './voice.js';
import { createWavetableBank } from './wavetable.js';

export interface SynthesisOptions {
  /** Samples a second, 8000..192_000. Default 44_100. */
  sampleRate?: number;
  /** The longest piece that is accepted, in seconds. Default 3600. */
  maxSeconds?: number;
}

/** Samples of a block. */
const BLOCK_SAMPLES = 4096;
/** Seconds after the last note in which it dies away. */
const TAIL_SECONDS = 2;
/** Loudness of a note at full velocity; the rest of the range is for the notes that sound with it. */
const MASTER_GAIN = 0.13;
/** Above this a sample is bent towards 1, never beyond. */
const LIMITER_KNEE = 0.7;

interface ScheduledNote {
  readonly startSample: number;
  start(): Voice;
}

/** Renders a score in stereo, within -1..1; the last note rings for two seconds.
 *  @returns left and right channel, equally long
 *  @throws {RangeError} if the piece or the sample rate is outside its range */
export function synthesize(
  score: Score,
  options: SynthesisOptions = {},
): [Float32Array, Float32Array] {
  const length = soundLength(score, options);
  const left = new Float32Array(length);
  const right = new Float32Array(length);
  let offset = 0;
  for (const block of synthesizeBlocks(score, options)) {
    left.set(block.left, offset);
    right.set(block.right, offset);
    offset += block.left.length;
  }
  return [left, right];
}

/** Renders a score block by block, in memory that does not grow with the piece's length. Each block is new.
 *  @throws {RangeError} if the piece or the sample rate is outside its range */
export function* synthesizeBlocks(
  score: Score,
  options: SynthesisOptions = {},
): Generator<StereoBlock> {
  const { sampleRate = 44_100 } = options;
  const length = soundLength(score, options);
  const notes = scheduleNotes(score, sampleRate);
  const reverb = createReverb(sampleRate);
  let voices: Voice[] = [];
  let next = 0;

  for (let first = 0; first < length; first += BLOCK_SAMPLES) {
    const samples = Math.min(BLOCK_SAMPLES, length - first);
    const block = { left: new Float32Array(samples), right: new Float32Array(samples) };
    voices = voices.filter((voice) => voice.mix(block, 0));
    while (next < notes.length && notes[next].startSample < first + samples) {
      const { startSample, start } = notes[next];
      const voice = start();
      if (voice.mix(block, startSample - first)) voices.push(voice);
      next++;
    }
    reverb(block);
    block.left.forEach(limit);
    block.right.forEach(limit);
    yield block;
  }
}

/** Samples of a score's sound, its tail included. */
function soundLength(
  score: Score,
  { sampleRate = 44_100, maxSeconds = 3600 }: SynthesisOptions,
): number {
  if (!(sampleRate >= 8000 && sampleRate <= 192_000)) {
    throw new RangeError(`synthesize: expected a sample rate of 8000..192000, found ${sampleRate}`);
  }
  const seconds = createTempoMap(score).secondsAt(scoreEndTicks(score));
  if (!(seconds <= maxSeconds)) {
    const found = `the piece lasts ${Math.round(seconds)} seconds, at most ${maxSeconds} are accepted`;
    throw new RangeError(`synthesize: ${found}; shorten it or raise maxSeconds`);
  }
  return Math.ceil((seconds + TAIL_SECONDS) * sampleRate);
}

function scheduleNotes(score: Score, sampleRate: number): ScheduledNote[] {
  const tempoMap = createTempoMap(score);
  const wavetables = createWavetableBank(sampleRate);
  const scheduled: ScheduledNote[] = [];
  for (const { channel, program, notes } of score.tracks) {
    const isPercussion = channel === PERCUSSION_CHANNEL;
    for (const { pitch, velocity, startTicks, durationTicks } of notes) {
      if (!isPercussion && pitchFrequency(pitch) >= sampleRate / 2) continue; // cannot be heard
      const startSeconds = tempoMap.secondsAt(startTicks);
      const startSample = Math.round(startSeconds * sampleRate);
      const durationSeconds = tempoMap.secondsAt(startTicks + durationTicks) - startSeconds;
      const tone = { pitch, velocity, durationSeconds, sampleRate, wavetables };
      scheduled.push({
        startSample,
        start: () =>
          isPercussion
            ? createDrum(pitch, velocity, sampleRate, startSample + pitch)
            : createTone({ ...tone, timbre: timbreOf(program) }),
      });
    }
  }
  return scheduled.sort((a, b) => a.startSample - b.startSample);
}

/** A soft limiter: straight up to the knee, then a curve that never reaches 1. */
function limit(sample: number, index: number, samples: Float32Array): void {
  const scaled = sample * MASTER_GAIN;
  const over = Math.abs(scaled) - LIMITER_KNEE;
  const room = 1 - LIMITER_KNEE;
  samples[index] =
    over <= 0 ? scaled : Math.sign(scaled) * (LIMITER_KNEE + (room * over) / (over + room));
}
