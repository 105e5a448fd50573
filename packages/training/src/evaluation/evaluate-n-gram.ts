// The baseline beside a network's figures: a 5-gram of the training split, on exactly the same tokens.
import { allowedAfter } from '@ostinato/core';
import type { Split } from '../data/split.js';
import { type EvaluationCorpus, type Likelihood, LikelihoodSum } from './likelihood.js';
import { createNGramCounter, type NGramModel } from './n-gram.js';

export interface NGramEvaluationOptions {
  /** Tokens of an n-gram. Default 5. */
  readonly order?: number;
  readonly signal?: AbortSignal;
}

/** Counts the n-grams of the `train` split, as it is: no transposition, labels shown.
 *  @throws the signal's reason if it is aborted */
export async function trainNGram(
  corpus: EvaluationCorpus,
  { order = 5, signal }: NGramEvaluationOptions = {},
): Promise<NGramModel> {
  const counter = createNGramCounter({ vocabularySize: corpus.tokenizer.vocabularySize, order });
  for (const piece of corpus.pieces('train')) {
    signal?.throwIfAborted();
    counter.add(await corpus.readTokens(piece));
  }
  return counter.finish();
}

/** Likelihood of a split under an n-gram model, with the grammar's mask: what it forbids gets nothing and the rest is
 *  scaled up to 1, as for a network.
 *  @throws the signal's reason if it is aborted */
export async function evaluateNGram(
  model: NGramModel,
  corpus: EvaluationCorpus,
  split: Split,
  { signal }: Pick<NGramEvaluationOptions, 'signal'> = {},
): Promise<Likelihood> {
  const sum = new LikelihoodSum(corpus.tokenizer);
  const shares = new Float64Array(model.vocabularySize);
  for (const piece of corpus.pieces(split)) {
    signal?.throwIfAborted();
    const tokens = await corpus.readTokens(piece);
    for (let position = 1; position < tokens.length; position++) {
      model.predict(tokens, position, shares);
      const { probability, likeliest } = underGrammar(
        shares,
        tokens[position],
        allowedAfter(corpus.tokenizer.grammar, tokens[position - 1]),
      );
      sum.add(tokens[position], -Math.log(probability), likeliest);
    }
  }
  return sum.result();
}

function underGrammar(
  shares: Float64Array,
  token: number,
  allowed: Uint8Array,
): { probability: number; likeliest: boolean } {
  let total = 0;
  let highest = 0;
  for (let v = 0; v < shares.length; v++) {
    if (allowed[v] === 0) continue;
    total += shares[v];
    if (shares[v] > highest) highest = shares[v];
  }
  const share = allowed[token] === 0 ? 0 : shares[token];
  return { probability: share / total, likeliest: share > 0 && share === highest };
}
