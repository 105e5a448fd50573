// The notes of a corpus, over a part of it that is drawn once and bounded.
import { createRandom, shuffle } from '@ostinato/core';
import type { Corpus } from '../../data/open-corpus.js';
import { addPiece, emptyStatistics, type NoteStatistics } from './note-statistics.js';

/** Bounds of the part: enough for shares that are right to about a percent. */
const MOST_PIECES = 200;
const MOST_TOKENS = 1_000_000;
/** Seed and stream of the draw, which is the report's own. */
const SEED = 1;
const STREAM = 61;

/** Counts the notes of pieces of the `train` split, of all of it if it is small. The last piece may be cut.
 *  @throws {CorpusError} if the corpus is damaged
 *  @throws the signal's reason if it is aborted */
export async function corpusStatistics(
  corpus: Corpus,
  signal?: AbortSignal,
): Promise<NoteStatistics> {
  const pieces = shuffle(corpus.pieces('train'), createRandom(SEED, STREAM));
  const statistics = emptyStatistics();
  let tokens = 0;
  for (const piece of pieces.slice(0, MOST_PIECES)) {
    signal?.throwIfAborted();
    if (tokens >= MOST_TOKENS) break;
    const read = (await corpus.readTokens(piece)).subarray(0, MOST_TOKENS - tokens);
    tokens += read.length;
    addPiece(statistics, corpus.tokenizer.decode(read));
  }
  return statistics;
}
