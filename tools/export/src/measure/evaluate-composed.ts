// How well a model predicts what the trained network composes: a stand-in for held-out pieces where there are none.
import type { NextTokenModel } from '@ostinato/core';
import { composePieces } from './compose-pieces.js';

/** How well a model predicts pieces. */
export interface Evaluation {
  /** Tokens predicted. */
  readonly tokens: number;
  /** Mean cross-entropy, nats per token; its exponential is the perplexity. */
  readonly natsPerToken: number;
}

const SEEDS = [1, 2, 3, 4];
const LENGTH = 400;

/** Makes the evaluation of a network that has no data at hand.
 *  @param trained the network with its weights as trained; it composes the pieces */
export async function evaluationOnComposed(
  trained: NextTokenModel,
  primer: readonly number[],
): Promise<(model: NextTokenModel) => Promise<Evaluation>> {
  const pieces = await composePieces(trained, primer, { seeds: SEEDS, length: LENGTH });
  return async (model) => {
    const scores = await model.score(pieces, SEEDS.length);
    const total = scores.reduce((sum, score) => sum + score, 0);
    return { tokens: scores.length, natsPerToken: -total / scores.length };
  };
}
