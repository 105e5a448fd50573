// A score as sound: a small synthesiser in plain JavaScript, the same samples on every run.
import { scoreEndTicks } from '../score/measures.js';
import { PERCUSSION_CHANNEL, type Score } from '../score/score.js';
import { createTempoMap } from '../score/tempo-map.js';
import { createSynthesizer, type SynthesizerNote } from './synthesizer.js';
import type { StereoBlock } from './voice.js';

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

/** Renders a score in stereo, within -1..1; the last note rings for two seconds.
 *  @returns left and right channel, equally long
 *  @throws {RangeError} if the piece or the sample rate is outside its range */
export function synthesize(
  score: Score,
  options: SynthesisOptions = {},
): [Float32Array, Float32Array] {
  const length = synthesisLength(score, options);
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
  const synthesizer = createSynthesizer({ sampleRate });
  const length = synthesisLength(score, options);
  for (const note of notesOf(score, sampleRate)) synthesizer.add(note);
  for (let first = 0; first < length; first += BLOCK_SAMPLES) {
    const samples = Math.min(BLOCK_SAMPLES, length - first);
    const block = { left: new Float32Array(samples), right: new Float32Array(samples) };
    synthesizer.render(block);
    yield block;
  }
}

/** Samples of a score's sound, its tail included.
 *  @throws {RangeError} if the piece is too long */
export function synthesisLength(
  score: Score,
  { sampleRate = 44_100, maxSeconds = 3600 }: SynthesisOptions = {},
): number {
  const seconds = createTempoMap(score).secondsAt(scoreEndTicks(score));
  if (!(seconds <= maxSeconds)) {
    const found = `the piece lasts ${Math.round(seconds)} seconds, at most ${maxSeconds} are accepted`;
    throw new RangeError(`synthesize: ${found}; shorten it or raise maxSeconds`);
  }
  return Math.ceil((seconds + TAIL_SECONDS) * sampleRate);
}

function notesOf(score: Score, sampleRate: number): SynthesizerNote[] {
  const tempoMap = createTempoMap(score);
  const scheduled = score.tracks.flatMap(({ channel, program, notes }) =>
    notes.map(({ pitch, velocity, startTicks, durationTicks }): SynthesizerNote => {
      const startSeconds = tempoMap.secondsAt(startTicks);
      const startSample = Math.round(startSeconds * sampleRate);
      return {
        startSample,
        durationSeconds: tempoMap.secondsAt(startTicks + durationTicks) - startSeconds,
        instrument: channel === PERCUSSION_CHANNEL ? 'percussion' : program,
        pitch,
        velocity,
        seed: startSample + pitch,
      };
    }),
  );
  return scheduled.sort((a, b) => a.startSample - b.startSample);
}
