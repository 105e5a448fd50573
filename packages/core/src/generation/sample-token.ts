// Reference sampling of one token. The order of operations and every rounding is that of docs/sampling.md, which the
// ONNX `chunk` graph follows too; `round` marks each place where float32 arithmetic rounds.
import type { SamplingParameters } from '../model/next-token-model.js';
import { GenerationError } from './generation-error.js';

const round = Math.fround;

export interface SamplingMask {
  /** 1 where the grammar allows a token, shape [V]. Default: all allowed. */
  readonly allowed?: Uint8Array;
  /** Added to the logits, shape [V]; `-Infinity` forbids. Default: none. */
  readonly bias?: Float32Array;
}

/** Draws one token.
 *  @param logits unnormalised scores, shape [V]; not changed
 *  @param uniform a number in [0, 1)
 *  @returns the token's id, 0..V-1
 *  @throws {GenerationError} `no-allowed-token` if mask and bias leave nothing, `broken-logits` if a logit is not finite */
export function sampleToken(
  logits: Float32Array,
  uniform: number,
  parameters: SamplingParameters,
  mask: SamplingMask = {},
): number {
  const scores = scaledScores(logits, parameters.temperature, mask);
  const order = sortedCandidates(scores);
  const probabilities = softmax(scores, order);
  const kept = probabilities.subarray(0, countKept(probabilities, parameters));
  const rest = sumsToTheEnd(kept);
  const threshold = round(round(1 - round(uniform)) * rest[0]);
  return order[rest.findLastIndex((sum) => sum >= threshold)];
}

/** Masked, biased and divided by the temperature; `-Infinity` where forbidden. Shape [V]. */
function scaledScores(
  logits: Float32Array,
  temperature: number,
  { allowed, bias }: SamplingMask,
): Float32Array {
  const divisor = round(temperature);
  return logits.map((logit, id) => {
    if (allowed?.[id] === 0) return -Infinity;
    return round(logit + (bias?.[id] ?? 0)) / divisor; // the store into a Float32Array rounds
  });
}

/** Ids that are not forbidden, best score first, equal scores by lower id. */
function sortedCandidates(scores: Float32Array): number[] {
  const candidates: number[] = [];
  scores.forEach((score, id) => {
    if (score === -Infinity) return;
    if (!Number.isFinite(score)) {
      const found = `sampling: expected finite logits, found ${score} for token ${id}`;
      throw new GenerationError('broken-logits', `${found}; the model's parameters are broken`);
    }
    candidates.push(id);
  });
  if (candidates.length === 0) {
    const message = 'sampling: the grammar and the bias leave no token; allow at least one';
    throw new GenerationError('no-allowed-token', message);
  }
  return candidates.sort((a, b) => scores[b] - scores[a] || a - b);
}

/** Probabilities of the candidates, in their order. */
function softmax(scores: Float32Array, order: readonly number[]): Float32Array {
  const best = scores[order[0]];
  const exponentials = Float32Array.from(order, (id) => Math.exp(round(scores[id] - best)));
  let sum = 0;
  for (const exponential of exponentials) sum = round(sum + exponential);
  return exponentials.map((exponential) => exponential / sum);
}

/** For each rank, the sum of what stands there and behind it, added from the last rank on: small numbers first, so that the
 *  sums of the tail are as exact as the numbers in it. */
function sumsToTheEnd(probabilities: Float32Array): Float32Array {
  const sums = new Float32Array(probabilities.length);
  let sum = 0;
  for (let rank = sums.length - 1; rank >= 0; rank--) {
    sum = round(sum + probabilities[rank]);
    sums[rank] = sum;
  }
  return sums;
}

/** How many of the sorted candidates stay, at least one. Each of the three cuts keeps a beginning of the list, so together
 *  they keep the shortest. */
function countKept(probabilities: Float32Array, { topK, topP, minP }: SamplingParameters): number {
  const rest = sumsToTheEnd(probabilities);
  const enough = round(1 - round(topP));
  const least = round(round(minP) * probabilities[0]);
  const limit = Math.min(topK, probabilities.length);
  let kept = 1;
  while (kept < limit && rest[kept] > enough && probabilities[kept] >= least) kept++;
  return kept;
}
