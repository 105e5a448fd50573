// Inputs and comparisons shared by the parts of the contract suite.
import { createRandom } from '../../generation/random.js';
import { allowedAfter } from '../../model/decode-by-steps.js';
import type { DecodeRequest, ModelState, NextTokenModel } from '../../model/next-token-model.js';
import type { Grammar } from '../../tokenizer/grammar.js';

/** How far two ways to the same logits may be apart, per unit of the largest logit (at least 1). Kernels for one token
 *  and for many add in another order; 1e-4 is a hundred times what was seen, and far below what a wrong graph gives. */
export const LOGIT_TOLERANCE = 1e-4;

/** A grammatical walk of `length` tokens from `start`, each chosen evenly among the allowed ones. */
export function randomWalk(
  grammar: Grammar,
  start: number,
  length: number,
  seed: number,
): Int32Array {
  const random = createRandom(seed, 1);
  const tokens = new Int32Array(length);
  tokens[0] = start;
  for (let i = 1; i < length; i++) {
    const choices = allowedIds(grammar, tokens[i - 1]);
    tokens[i] = choices[random.integerAt(i, choices.length)]!;
  }
  return tokens;
}

/** Ids that may follow `token`, ascending. */
export function allowedIds(grammar: Grammar, token: number): number[] {
  const ids: number[] = [];
  allowedAfter(grammar, token).forEach((allowed, id) => {
    if (allowed === 1) ids.push(id);
  });
  return ids;
}

/** The token after which the grammar allows the most. */
export function freestToken(grammar: Grammar): number {
  const choices = Array.from(grammar.stateAfter, (_, id) => allowedIds(grammar, id).length);
  return choices.indexOf(Math.max(...choices));
}

/** A request that cuts nothing: `perSequence` tokens of each sequence, from its previous token on. Each row draws from
 *  a seed of its own. */
export function decodeRequest(
  model: NextTokenModel,
  previousTokens: readonly number[],
  perSequence: number,
  changes: Partial<DecodeRequest> = {},
): DecodeRequest {
  const uniforms = new Float32Array(previousTokens.length * perSequence);
  previousTokens.forEach((_, row) => {
    uniforms.set(createRandom(row + 1).uniforms(0, perSequence), row * perSequence);
  });
  return {
    state: model.createState(previousTokens.length),
    previousTokens: Int32Array.from(previousTokens),
    uniforms,
    temperature: 1,
    topK: model.vocabularySize,
    topP: 1,
    minP: 0,
    ...changes,
  };
}

/** Rows laid under each other, shape [B, ...]. */
export function stackStates(rows: readonly ModelState[]): ModelState {
  const values = rows.flatMap((row) => [...row.values]);
  return { batch: rows.length, values: Float32Array.from(values) };
}

/** Row `row` of values of shape [batch, ...], as a copy. */
export function rowOf<T extends Float32Array | Int32Array>(
  values: T,
  row: number,
  batch: number,
): T {
  const size = values.length / batch;
  return values.slice(row * size, (row + 1) * size) as T;
}

/** Bit patterns of float32 numbers: -0 differs from 0, and a NaN equals itself. */
export function bitsOf(values: Float32Array): number[] {
  return Array.from(new Int32Array(values.slice().buffer));
}

/** The largest difference, per unit of the largest number (at least 1). */
export function relativeDifference(a: Float32Array, b: Float32Array): number {
  const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0) / largest;
}

/** What a promise was rejected with; `undefined` if it was fulfilled. */
export async function rejectionOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error;
  }
}
