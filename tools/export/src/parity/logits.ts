// Logits to compare: of which tokens, after which, and how far apart.
import type { NextTokenModel } from '@ostinato/core';
import { composePieces } from '../measure/compose-pieces.js';
import type { LogitErrors } from './parity-report.js';

const LOGIT_TOKENS = 64;

/** The primer and what the model makes of it, so that the logits are compared where it is used.
 *  @param least tokens, the primer's among them; default 64
 *  @returns shape [T] */
export function composeTokens(
  model: NextTokenModel,
  primer: readonly number[],
  least = LOGIT_TOKENS,
): Promise<Int32Array> {
  return composePieces(model, primer, { seeds: [1], length: Math.max(least, primer.length) });
}

/** Logits of `consume` after each token, shape [T, V]. */
export async function stepLogits(model: NextTokenModel, tokens: Int32Array): Promise<Float32Array> {
  const logits = new Float32Array(tokens.length * model.vocabularySize);
  let state = model.createState(1);
  for (const [i, token] of tokens.entries()) {
    const result = await model.consume(Int32Array.of(token), state);
    logits.set(result.logits, i * model.vocabularySize);
    ({ state } = result);
  }
  return logits;
}

/** Differences in the same places. */
export function differences(a: ArrayLike<number>, b: ArrayLike<number>): LogitErrors {
  let largest = 0;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    largest = Math.max(largest, difference); // a NaN stays, and is refused
    sum += difference;
  }
  return { largest, mean: sum / a.length };
}

export function largestMagnitude(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}
