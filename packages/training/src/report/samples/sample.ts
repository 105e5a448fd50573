// What a network in training composes, and how: the same seed at every evaluation, so that samples can be compared.
import {
  compose,
  encodeWav,
  type NextTokenModel,
  pianoRollSvg,
  type Score,
  synthesize,
  type Tokenizer,
  writeMidi,
} from '@ostinato/core';
import { addPiece, emptyStatistics, type NoteStatistics } from '../notes/note-statistics.js';

/** Tokens drawn for a piece at most, and its length. */
const MOST_TOKENS = 512;
const SECONDS = 20;
/** Pieces behind the statistics; the first is the one that is kept. */
const PIECES = 4;
/** Samples a second of the sound: enough for notes, half the size of a compact disc's. */
const SAMPLE_RATE = 22_050;

export interface ComposedSample {
  /** The piece that is kept. */
  readonly score: Score;
  /** Of all pieces. */
  readonly statistics: NoteStatistics;
}

/** Composes a few short pieces.
 *  @param seed of the first piece; the others follow
 *  @throws the signal's reason if it is aborted */
export async function composeSample(
  model: NextTokenModel,
  tokenizer: Tokenizer,
  { seed, signal }: { seed: number; signal?: AbortSignal | undefined },
): Promise<ComposedSample> {
  const statistics = emptyStatistics();
  const scores: Score[] = [];
  for (let piece = 0; piece < PIECES; piece++) {
    const { score } = await compose(model, tokenizer, {
      seed: seed + piece,
      maxTokens: MOST_TOKENS,
      seconds: SECONDS,
      ...(signal && { signal }),
    });
    scores.push(score);
    addPiece(statistics, score);
  }
  return { score: scores[0], statistics };
}

export interface SampleFiles {
  readonly midi: Uint8Array;
  readonly svg: string;
  readonly wav: Uint8Array;
  readonly sampleRate: number;
  /** Samples of the sound, which has one channel. */
  readonly frames: number;
}

/** The piece as MIDI, picture and sound.
 *  @param title of the picture */
export function sampleFiles(score: Score, title: string): SampleFiles {
  const sound = synthesize(score, { sampleRate: SAMPLE_RATE });
  const [left, right] = sound;
  const mono = left.map((value, i) => (value + right[i]) / 2);
  return {
    midi: writeMidi(score),
    svg: pianoRollSvg(score, { title, width: 960 }),
    wav: encodeWav([mono], SAMPLE_RATE),
    sampleRate: SAMPLE_RATE,
    frames: mono.length,
  };
}
