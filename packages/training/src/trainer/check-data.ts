// Whether a corpus can be trained on with these options; checked before anything is made.
import { CorpusError } from '../data/corpus-error.js';
import { createEndlessOrder } from '../data/piece-order.js';
import type { Corpus } from '../data/open-corpus.js';
import { SPLITS } from '../data/split.js';
import type { TrainOptions } from './train-options.js';
import { TrainingError } from './training-error.js';

/** Letters: B streams, T tokens of a window.
 *  @throws {CorpusError} `empty-split` if the corpus, or a part of a mix, has no pieces to train on; `one-piece` if it has
 *    no other piece at all
 *  @throws {TrainingError} `bad-option` if a batch of B windows holds more tokens than there are, or an option needs
 *    validation pieces and there are none */
export function checkData(corpus: Corpus, options: TrainOptions): void {
  const { batch, windowSteps, seed, schedule, earlyStopping } = options;
  createEndlessOrder(corpus, 'train', seed);
  checkSeveralPieces(corpus);
  const tokens = trainingTokens(corpus);
  if (batch * windowSteps > tokens) {
    const largest = Math.floor(tokens / windowSteps);
    const remedy =
      largest >= 1
        ? `the largest batch that works with this window is ${largest}`
        : `take a window of at most ${tokens} tokens and a batch of 1`;
    throw new TrainingError(
      'bad-option',
      `training option batch: ${batch} windows of ${windowSteps} tokens are more than the ${tokens} tokens to train on; ${remedy}, or prepare more music`,
    );
  }
  if (corpus.pieces('validation').length > 0) return;
  const needs = [
    ...(schedule === 'plateau' ? ['schedule: a plateau'] : []),
    ...(earlyStopping > 0 ? ['earlyStopping: stopping early'] : []),
  ];
  if (needs.length === 0) return;
  throw new TrainingError(
    'bad-option',
    `training option ${needs[0]} needs an evaluation, but the corpus ${corpus.description.source} has no validation pieces; prepare it from more files or with a larger validation share`,
  );
}

function checkSeveralPieces(corpus: Corpus): void {
  const pieces = SPLITS.reduce((sum, split) => sum + corpus.pieces(split).length, 0);
  if (pieces > 1) return;
  throw new CorpusError(
    'one-piece',
    `the corpus ${corpus.description.source} holds one piece only: a network would learn it by heart, with nothing left to measure it on; prepare more music, or the piece cut into several files`,
  );
}

/** What is odd about the data but does not stop training: a line each. */
export function dataWarnings(corpus: Corpus, { batch }: TrainOptions): string[] {
  const pieces = corpus.pieces('train').length;
  const warnings: string[] = [];
  if (corpus.pieces('validation').length === 0) {
    warnings.push(
      'the corpus has no validation pieces: nothing will show when the model begins to learn its data by heart, and there is no best checkpoint',
    );
  }
  if (batch > pieces) {
    warnings.push(
      `${batch} sequences side by side are trained on ${pieces} ${pieces === 1 ? 'piece' : 'pieces'}: several read the same piece at the same time`,
    );
  }
  return warnings;
}

function trainingTokens(corpus: Corpus): number {
  return corpus.pieces('train').reduce((sum, piece) => sum + piece.tokens, 0);
}
