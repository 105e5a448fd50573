// Drawing one token inside a graph, step by step as docs/sampling.md and core's `sampleToken` do it.
//
// Letters: B sequences, V vocabulary, K states of the grammar, C candidates: the most tokens that any state allows.
import type { Grammar } from '@ostinato/core';
import { type Attribute, type GraphBuilder, type Value, tensorOf } from '@ostinato/graph';

const int = (value: number): Attribute => ({ type: 'int', value });

export interface Sampler {
  /** Scalar. */
  readonly temperature: Value;
  /** For each rank, what must stand there and behind it for it to stay: more than this; shape [C]. Holds top-p and top-k. */
  readonly floors: Value;
  /** Scalar. */
  readonly minP: Value;
}

/** What the grammar and the biases add to the logits in each state: -infinity where a token is not allowed.
 *  @param bias added to every row, shape [V]
 *  @returns shape [K, V] */
export function grammarPenalties(graph: GraphBuilder, grammar: Grammar, bias: Value): Value {
  const shape = [grammar.states, bias.shape[0] as number];
  const allowed = graph.initializer('grammar.allowed', tensorOf('bool', grammar.allowed, shape));
  return graph.where(allowed, bias, graph.float(-Infinity));
}

/** C, the most tokens that any state of the grammar allows. Behind that many, sorted scores are all -infinity. */
export function mostCandidates({ allowed, states }: Grammar): number {
  const size = allowed.length / states;
  const rows = Array.from({ length: states }, (_, state) =>
    allowed.subarray(state * size, (state + 1) * size),
  );
  return Math.max(...rows.map((row) => row.reduce((sum, one) => sum + one, 0)));
}

/** The cuts as inputs of a graph: the scalars `temperature`, `top_k` int64, `top_p` and `min_p`.
 *  @param candidates C */
export function samplerInputs(graph: GraphBuilder, candidates: number): Sampler {
  const temperature = graph.input('temperature', 'float32', []);
  const topK = graph.input('top_k', 'int64', []);
  const topP = graph.input('top_p', 'float32', []);
  const minP = graph.input('min_p', 'float32', []);
  const ranks = Array.from({ length: candidates }, (_, rank) => rank);
  const isInTopK = graph.less(graph.int64(ranks), topK); // [C]
  // No sum is above 2, and each is above -1: nothing stays behind top-k, and the first rank always does.
  const floors = graph.where(isInTopK, graph.sub(graph.float(1), topP), graph.float(2));
  const isFirst = graph.equal(graph.int64(ranks), graph.int64(0));
  return { temperature, floors: graph.where(isFirst, graph.float(-1), floors), minP };
}

/** Draws a token for each sequence.
 *  @param scores logits with the grammar's penalties and the bias, shape [B, V]
 *  @param uncovered 1 less the uniform number, shape [B, 1]
 *  @returns ids, shape [B] */
export function drawToken(
  graph: GraphBuilder,
  scores: Value,
  uncovered: Value,
  { temperature, floors, minP }: Sampler,
): Value {
  const candidates = floors.shape[0] as number; // all others have probability zero
  const sorted = graph.topK(graph.div(scores, temperature), candidates); // [B, C]
  const probabilities = graph.softmax(sorted.values, 1);
  const rest = sumsToTheEnd(graph, probabilities);
  const least = graph.mul(graph.slice(probabilities, 0, 1, 1), minP); // [B, 1]
  const stays = graph.and(graph.greater(rest, floors), graph.greaterOrEqual(probabilities, least));
  const restOfKept = sumsToTheEnd(graph, graph.where(stays, probabilities, graph.float(0)));
  const total = graph.slice(restOfKept, 0, 1, 1); // [B, 1]

  // The threshold is above zero and never above the total, so the last rank that reaches it is a kept one.
  const reaches = graph.greaterOrEqual(restOfKept, graph.mul(uncovered, total));
  const rank = lastTrue(graph, reaches); // [B, 1]
  return graph.squeeze(graph.gatherElements(sorted.indices, rank, 1), [1]);
}

/** For each rank, the sum of what stands there and behind it, added from the last rank on; shape [B, C]. */
function sumsToTheEnd(graph: GraphBuilder, probabilities: Value): Value {
  return graph.cumSum(probabilities, 1, { reverse: true });
}

/** Index of the last true value of each row, shape [B, 1]. */
function lastTrue(graph: GraphBuilder, condition: Value): Value {
  const [last] = graph.node({
    opType: 'ArgMax',
    inputs: [graph.cast(condition, 'int32')],
    outputs: [{ dataType: 'int64', shape: [condition.shape[0], 1] }],
    attributes: { axis: int(1), keepdims: int(1), select_last_index: int(1) },
  });
  return last;
}
