// Likelihood of a split under the network in training, window by window through the engine.
import type { Batch } from '../data/batch.js';
import type { Split } from '../data/split.js';
import type { TrainingEngine } from '../engines/engine.js';
import { type EvaluationCorpus, type Likelihood, noteTokens } from '../evaluation/likelihood.js';
import { evaluationWindows } from './evaluation-windows.js';

/** The likelihood of a split. */
export interface SplitLikelihood extends Likelihood {
  /** The first window whose loss is no finite number; the pass ends there. Left out if there is none. */
  readonly broken?: Batch;
}

/** Evaluates one pass over a split, without augmentation, dropout or the grammar's mask: the loss that training lowers.
 *  @param sizes B and T, as the engine was made for */
export async function evaluateSplit(
  engine: TrainingEngine,
  corpus: EvaluationCorpus,
  split: Split,
  sizes: { batch: number; steps: number },
): Promise<SplitLikelihood> {
  const isNote = noteTokens(corpus.tokenizer);
  let lossSum = 0;
  let correct = 0;
  let tokens = 0;
  let notes = 0;
  let reset = true;
  let broken: Batch | undefined;
  for await (const window of evaluationWindows(corpus, split, sizes)) {
    const result = await engine.evaluate(window, { reset });
    reset = false;
    lossSum += result.lossSum;
    correct += result.correct;
    tokens += result.count;
    for (const [at, target] of window.targets.entries()) {
      notes += window.weights[at] * isNote[target];
    }
    if (!Number.isFinite(result.lossSum)) {
      broken = window;
      break;
    }
  }
  return {
    tokens,
    notes,
    natsPerToken: lossSum / tokens,
    natsPerNote: notes > 0 ? lossSum / notes : NaN,
    accuracy: correct / tokens,
    ...(broken && { broken }),
  };
}
