// How fast a model composes on this machine, at this moment: for the report, not for comparisons.
import { createRandom, type NextTokenModel } from '@ostinato/core';

const TOKENS_PER_CALL = 64;
const ROUNDS = 15;

/** Tokens per second of one sequence: the median of a second's worth of calls, after one that warms up. */
export async function measureSpeed(
  model: NextTokenModel,
  primer: readonly number[],
): Promise<number> {
  const request = {
    temperature: 1,
    topK: model.vocabularySize,
    topP: 1,
    minP: 0,
    state: model.createState(1),
    previousTokens: Int32Array.of(primer[0]),
    uniforms: createRandom(1).uniforms(0, TOKENS_PER_CALL),
  };
  const seconds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const started = performance.now();
    await model.decode(request);
    if (round > 0) seconds.push((performance.now() - started) / 1000);
  }
  seconds.sort((a, b) => a - b);
  return Math.round(TOKENS_PER_CALL / seconds[ROUNDS >> 1]);
}
