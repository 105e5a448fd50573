// How well a NextTokenModel predicts the pieces of a split: every token after the first, under the grammar's mask.
//
// Letters: B pieces side by side, V vocabulary, S numbers of state a sequence.
import {
  allowedAfter,
  checkBatch,
  logProbability,
  type ModelState,
  type NextTokenModel,
  VocabularyError,
} from '@ostinato/core';
import type { Split } from '../data/split.js';
import { type EvaluationCorpus, type Likelihood, LikelihoodSum } from './likelihood.js';

export interface EvaluateTokensOptions {
  /** B, pieces read side by side, at least 1; changes the speed only. Default 16. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { tokensDone: number; tokensTotal: number }) => void;
}

/** Likelihood of a split under a model. Feeds the pieces token by token, because the likeliest token of every position
 *  is wanted, not only the probability of the right one (which `model.score` gives).
 *  @throws {RangeError} if `batch` is not an integer of at least 1
 *  @throws {VocabularyError} if the model has another vocabulary than the corpus
 *  @throws the signal's reason if it is aborted */
export async function evaluateTokens(
  model: NextTokenModel,
  corpus: EvaluationCorpus,
  split: Split,
  { batch = 16, signal, onProgress }: EvaluateTokensOptions = {},
): Promise<Likelihood> {
  checkBatch(batch);
  const { tokenizer } = corpus;
  if (model.vocabularySize !== tokenizer.vocabularySize) {
    throw new VocabularyError(
      'other-vocabulary',
      `the model's vocabulary is ${model.vocabularySize}, the corpus has ${tokenizer.vocabularySize}; prepare the data with the model's tokenizer`,
    );
  }
  const sum = new LikelihoodSum(tokenizer);
  // The longest first: pieces side by side then end nearly together.
  const pieces = corpus.pieces(split).toSorted((a, b) => b.tokens - a.tokens);
  const tokensTotal = pieces.reduce((total, { tokens }) => total + tokens - 1, 0);
  let tokensDone = 0;
  for (let first = 0; first < pieces.length; first += batch) {
    const rows = await Promise.all(
      pieces.slice(first, first + batch).map(async (piece) => corpus.readTokens(piece)),
    );
    let state = model.createState(rows.length);
    for (let position = 1; position < rows[0].length; position++) {
      signal?.throwIfAborted();
      const live = rows.findLastIndex((row) => row.length > position) + 1;
      const previous = Int32Array.from(rows.slice(0, live), (row) => row[position - 1]);
      const consumed = await model.consume(previous, firstRows(state, live));
      state = consumed.state;
      addRows(sum, rows.slice(0, live), position, consumed.logits, tokenizer);
      tokensDone += live;
      if (position % PROGRESS_INTERVAL === 0) onProgress?.({ tokensDone, tokensTotal });
    }
  }
  onProgress?.({ tokensDone, tokensTotal });
  return sum.result();
}

/** Positions between two reports of progress. */
const PROGRESS_INTERVAL = 256;

/** The state of the first `live` sequences; the others have ended. */
function firstRows(state: ModelState, live: number): ModelState {
  if (live === state.batch) return state;
  const size = state.values.length / state.batch;
  return { batch: live, values: state.values.slice(0, live * size) };
}

function addRows(
  sum: LikelihoodSum,
  rows: readonly Uint16Array[],
  position: number,
  logits: Float32Array,
  { vocabularySize: V, grammar }: EvaluationCorpus['tokenizer'],
): void {
  for (const [index, row] of rows.entries()) {
    const token = row[position];
    const allowed = allowedAfter(grammar, row[position - 1]);
    const own = logits.subarray(index * V, (index + 1) * V);
    const isLikeliest =
      allowed[token] === 1 && own.every((logit, id) => allowed[id] === 0 || logit <= own[token]);
    sum.add(token, -logProbability(own, token, allowed), isLikeliest);
  }
}
