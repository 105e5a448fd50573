// How likely a model finds a piece: every token after the first, under the grammar's mask, as `ostinato evaluate` counts.
import type { Tokenizer } from '@ostinato/core';
import type { ServedModel } from '../app-options.js';

/** Sums over a stretch of a piece. */
interface Likelihood {
  tokens: number;
  notes: number;
  /** Natural logarithm of the probability, 0 or below. */
  logLikelihood: number;
}

export interface PieceLikelihood extends Likelihood {
  /** What is said before the first bar: labels and instruments. */
  readonly head: Likelihood;
  /** Each bar, given everything before it; the end of the piece belongs to the last. */
  readonly bars: readonly Likelihood[];
}

/** @param tokens of a whole piece, from `Begin` on, at least two
 *  @throws as the model's `score` does, and the signal's reason if it is aborted */
export async function evaluatePiece(
  { model, tokenizer }: ServedModel,
  tokens: Uint16Array,
  signal: AbortSignal,
): Promise<PieceLikelihood> {
  const scores = await model.score(Int32Array.from(tokens), 1, { signal });
  const head = nothing();
  const bars: Likelihood[] = [];
  scores.forEach((score, index) => {
    const token = tokens[index + 1];
    if (tokenizer.kindOf(token) === 'Bar') bars.push(nothing());
    const part = bars.at(-1) ?? head;
    part.tokens++;
    part.notes += isNote(tokenizer, token) ? 1 : 0;
    part.logLikelihood += score;
  });
  const total = nothing();
  for (const part of [head, ...bars]) {
    total.tokens += part.tokens;
    total.notes += part.notes;
    total.logLikelihood += part.logLikelihood;
  }
  return { ...total, head, bars };
}

function isNote(tokenizer: Tokenizer, token: number): boolean {
  const kind = tokenizer.kindOf(token);
  return kind === 'Pitch' || kind === 'Drum';
}

function nothing(): Likelihood {
  return { tokens: 0, notes: 0, logLikelihood: 0 };
}
