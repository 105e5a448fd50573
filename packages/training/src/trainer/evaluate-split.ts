// Likelihood of a split under the network in training, window by window through the engine.
import { createBatchStream } from '../data/batch-stream.js';
import type { Corpus } from '../data/open-corpus.js';
import type { Split } from '../data/split.js';
import type { TrainingEngine } from '../engines/engine.js';
import { type Likelihood, noteTokens } from '../evaluation/likelihood.js';

/** Evaluates one pass over a split, without augmentation, dropout or the grammar's mask: the loss that training lowers.
 *  @param sizes B and T, as the engine was made for */
export async function evaluateSplit(
  engine: TrainingEngine,
  corpus: Corpus,
  split: Split,
  sizes: { batch: number; steps: number },
): Promise<Likelihood> {
  const isNote = noteTokens(corpus.tokenizer);
  const stream = createBatchStream(corpus, split, { ...sizes, shuffle: false });
  let lossSum = 0;
  let correct = 0;
  let tokens = 0;
  let notes = 0;
  let reset = true;
  for (let batch = await stream.next(); batch !== undefined; batch = await stream.next()) {
    const result = await engine.evaluate(batch, { reset });
    reset = false;
    lossSum += result.lossSum;
    correct += result.correct;
    tokens += result.count;
    for (const [at, target] of batch.targets.entries()) notes += batch.weights[at] * isNote[target];
  }
  return {
    tokens,
    notes,
    natsPerToken: lossSum / tokens,
    natsPerNote: notes > 0 ? lossSum / notes : NaN,
    accuracy: correct / tokens,
  };
}
