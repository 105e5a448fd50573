// Drawing one token inside a graph, step by step as docs/sampling.md and core's `sampleToken` do it.
//
// Letters: B sequences, V vocabulary, K states of the grammar, C candidates: the most tokens that any state allows.
import type { Grammar } from '@ostinato/core';
import { type Attribute, type GraphBuilder, type Value, tensorOf } from '@ostinato/graph';

const int = (value: number): Attribute => ({ type: 'int', value });

export interface Sampler {
  /** Scalar. */
  readonly temperature: Value;
  /** For each rank, the probability before it from which on it is cut, shape [C]. Holds top-p and top-k. */
  readonly limits: Value;
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

/** Draws a token for each sequence.
 *  @param scores logits with the grammar's penalties and the bias, shape [B, V]
 *  @param uniform shape [B, 1]
 *  @returns ids, shape [B] */
export function drawToken(
  graph: GraphBuilder,
  scores: Value,
  uniform: Value,
  { temperature, limits, minP }: Sampler,
): Value {
  const candidates = limits.shape[0] as number; // all others have probability zero
  const sorted = graph.topK(graph.div(scores, temperature), candidates); // [B, C]
  const probabilities = graph.softmax(sorted.values, 1);
  const before = graph.cumSum(probabilities, 1, { exclusive: true });
  const cumulative = graph.add(before, probabilities);

  // The three cuts each keep a beginning of the ranks, so the sum over what stays is the largest cumulative sum there.
  const least = graph.mul(graph.slice(probabilities, 0, 1, 1), minP); // [B, 1]
  const kept = graph.and(graph.less(before, limits), graph.greaterOrEqual(probabilities, least));
  const total = reduceMax(graph, graph.where(kept, cumulative, graph.float(0))); // [B, 1]

  // u < 1 makes u · total smaller than total in float32 too, so a kept rank is always found.
  const passed = graph.greater(cumulative, graph.mul(uniform, total));
  const rank = firstTrue(graph, passed); // [B, 1]
  return graph.squeeze(graph.gatherElements(sorted.indices, rank, 1), [1]);
}

function reduceMax(graph: GraphBuilder, x: Value): Value {
  const [largest] = graph.node({
    opType: 'ReduceMax',
    inputs: [x, graph.int64([1])],
    outputs: [{ dataType: x.dataType, shape: [x.shape[0], 1] }],
    attributes: { keepdims: int(1) },
  });
  return largest;
}

/** Index of the first true value of each row, shape [B, 1]. */
function firstTrue(graph: GraphBuilder, condition: Value): Value {
  const [first] = graph.node({
    opType: 'ArgMax',
    inputs: [graph.cast(condition, 'int32')],
    outputs: [{ dataType: 'int64', shape: [condition.shape[0], 1] }],
    attributes: { axis: int(1), keepdims: int(1) },
  });
  return first;
}
