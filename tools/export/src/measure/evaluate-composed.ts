// How well a model predicts what the trained network composes: a stand-in for held-out pieces where there are none.
import { createRandom, type NextTokenModel } from '@ostinato/core';

/** How well a model predicts pieces. */
export interface Evaluation {
  /** Tokens predicted. */
  readonly tokens: number;
  /** Mean cross-entropy, nats per token; its exponential is the perplexity. */
  readonly natsPerToken: number;
}

const SEEDS = [1, 2, 3, 4];
const LENGTH = 400;

/** Composes a few pieces.
 *  @param primer token ids that begin each
 *  @returns shape [B, T] */
async function composePieces(model: NextTokenModel, primer: readonly number[]) {
  const batch = SEEDS.length;
  const forced = Int32Array.from({ length: LENGTH - 1 }, (_, i) => primer[i + 1] ?? -1);
  const uniforms = SEEDS.map((seed) => createRandom(seed).uniforms(0, LENGTH - 1));
  const { tokens } = await model.decode({
    temperature: 1,
    topK: model.vocabularySize,
    topP: 1,
    minP: 0,
    state: model.createState(batch),
    previousTokens: new Int32Array(batch).fill(primer[0]),
    uniforms: Float32Array.from(uniforms.flatMap((row) => [...row])),
    forcedTokens: Int32Array.from(SEEDS.flatMap(() => [...forced])),
  });
  const rows = SEEDS.map((_, row) => [
    primer[0],
    ...tokens.subarray(row * (LENGTH - 1), (row + 1) * (LENGTH - 1)),
  ]);
  return Int32Array.from(rows.flat());
}

/** Makes the evaluation of a network that has no data at hand.
 *  @param trained the network with its weights as trained; it composes the pieces */
export async function evaluationOnComposed(
  trained: NextTokenModel,
  primer: readonly number[],
): Promise<(model: NextTokenModel) => Promise<Evaluation>> {
  const pieces = await composePieces(trained, primer);
  return async (model) => {
    const scores = await model.score(pieces, SEEDS.length);
    const total = scores.reduce((sum, score) => sum + score, 0);
    return { tokens: scores.length, natsPerToken: -total / scores.length };
  };
}
