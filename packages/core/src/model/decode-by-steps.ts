// `decode` and `score` for a network that can only consume tokens and give logits: what a runtime without a `chunk`
// graph uses, and what the chunk graph is compared to.
import { sampleToken } from '../generation/sample-token.js';
import type { Grammar } from '../tokenizer/grammar.js';
import type { ConsumeResult, DecodeRequest, DecodeResult, ModelState } from './next-token-model.js';

/** Feeds one token to each sequence; `tokens` has shape [B]. */
export type Advance = (tokens: Int32Array, state: ModelState) => Promise<ConsumeResult>;

/** Chooses tokens one at a time, by the rules of docs/sampling.md. The request has been checked.
 *  @param advance runs the network for one token of each sequence */
export async function decodeBySteps(
  request: DecodeRequest,
  grammar: Grammar,
  advance: Advance,
): Promise<DecodeResult> {
  const { uniforms, forcedTokens, counts, bias } = request;
  const batch = request.state.batch;
  const perSequence = uniforms.length / batch;
  const tokens = new Int32Array(uniforms.length).fill(-1);
  const previous = request.previousTokens.slice();
  let state = request.state;

  for (let step = 0; step < perSequence; step++) {
    const active = Array.from({ length: batch }, (_, row) => step < (counts?.[row] ?? perSequence));
    if (!active.includes(true)) break;
    request.signal?.throwIfAborted();
    const { logits, state: advanced } = await advance(previous, state);
    state = keepRows(state, advanced, active);
    for (let row = 0; row < batch; row++) {
      if (!active[row]) continue;
      const place = row * perSequence + step;
      const forced = forcedTokens?.[place] ?? -1;
      const allowed = allowedAfter(grammar, previous[row]);
      const token =
        forced >= 0
          ? forced
          : sampleToken(rowOf(logits, row, batch), uniforms[place], request, {
              allowed,
              ...(bias && { bias }),
            });
      tokens[place] = token;
      previous[row] = token;
    }
  }
  return { tokens, state };
}

/** Log-probabilities of the tokens after the first, under the grammar's mask. The arguments have been checked.
 *  @param tokens shape [B, T]
 *  @returns shape [B, T - 1] */
export async function scoreBySteps(
  tokens: Int32Array,
  initial: ModelState,
  grammar: Grammar,
  advance: Advance,
): Promise<Float32Array> {
  const batch = initial.batch;
  const steps = tokens.length / batch;
  const scores = new Float32Array(batch * (steps - 1));
  let state = initial;
  for (let step = 0; step < steps - 1; step++) {
    const column = Int32Array.from({ length: batch }, (_, row) => tokens[row * steps + step]);
    const result = await advance(column, state);
    state = result.state;
    for (let row = 0; row < batch; row++) {
      scores[row * (steps - 1) + step] = logProbability(
        rowOf(result.logits, row, batch),
        tokens[row * steps + step + 1],
        allowedAfter(grammar, column[row]),
      );
    }
  }
  return scores;
}

/** Natural logarithm of a token's probability among the allowed ones; `-Infinity` if it is not allowed.
 *  @param logits shape [V]
 *  @param allowed 1 where the grammar allows a token, shape [V] */
export function logProbability(logits: Float32Array, token: number, allowed: Uint8Array): number {
  if (allowed[token] === 0) return -Infinity;
  let best = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    if (allowed[id] === 1) best = Math.max(best, logits[id]);
  }
  let sum = 0;
  for (let id = 0; id < logits.length; id++) {
    if (allowed[id] === 1) sum += Math.exp(logits[id] - best);
  }
  return logits[token] - best - Math.log(sum);
}

/** The grammar's row of tokens that may follow `token`, shape [V]; a view. */
export function allowedAfter(grammar: Grammar, token: number): Uint8Array {
  const vocabularySize = grammar.stateAfter.length;
  const state = grammar.stateAfter[token];
  return grammar.allowed.subarray(state * vocabularySize, (state + 1) * vocabularySize);
}

/** The rows of `after` where active, those of `before` elsewhere. */
function keepRows(before: ModelState, after: ModelState, active: readonly boolean[]): ModelState {
  if (!active.includes(false)) return after;
  const values = after.values.slice();
  const size = values.length / after.batch;
  active.forEach((isActive, row) => {
    if (!isActive) values.set(before.values.subarray(row * size, (row + 1) * size), row * size);
  });
  return { batch: after.batch, values };
}

function rowOf(values: Float32Array, row: number, batch: number): Float32Array {
  const size = values.length / batch;
  return values.subarray(row * size, (row + 1) * size);
}
