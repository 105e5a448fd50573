// The loop of every `chunk` graph, whatever network it draws from: a Scan over the uniforms whose body consumes the token
// before, draws the next one by the rules of docs/sampling.md, and carries both on.
//
// Letters: B sequences, N tokens, V vocabulary, S numbers of state of one sequence, K states of the grammar.
import type { Grammar } from '@ostinato/core';
import { type Graph, type GraphBuilder, type Value, tensorOf } from '@ostinato/graph';
import type { Recurrence } from './recurrence.js';
import { drawToken, grammarPenalties, mostCandidates, samplerInputs } from './sampler.js';

export interface LoopParts {
  /** Empty but for the weights of the recurrence. */
  readonly graph: GraphBuilder;
  readonly recurrence: Recurrence;
  /** Of the logits, shape [V]. */
  readonly outputBias: Value;
  /** Of the vectors that make up a state, in order; their sum is S. */
  readonly stateSizes: readonly number[];
  readonly grammar: Grammar;
  /** Also give the logits before each token, before mask and bias, as `logits` [N, B, V]; for tests of parity. */
  readonly withLogits: boolean;
}

/** Completes a chunk graph.
 *  Inputs: `state` [B, S], `previous_tokens` int64 [B], `uniforms` [B, N], `forced_tokens` int64 [B, N] (-1: draw),
 *  `bias` [V], and the scalars `temperature`, `top_k` int64, `top_p`, `min_p`.
 *  Outputs: `tokens` int64 [B, N], `state_after` [B, S]: before the last token is consumed. */
export function chunkLoop(parts: LoopParts): Graph {
  const { graph, recurrence, outputBias, stateSizes, grammar, withLogits } = parts;
  const V = grammar.stateAfter.length;
  const S = stateSizes.reduce((sum, size) => sum + size, 0);
  const state = graph.input('state', 'float32', ['B', S]);
  const previous = graph.input('previous_tokens', 'int64', ['B']);
  const uniforms = graph.input('uniforms', 'float32', ['B', 'N']);
  const forced = graph.input('forced_tokens', 'int64', ['B', 'N']);
  const bias = graph.input('bias', 'float32', [V]);
  const sampler = samplerInputs(graph, mostCandidates(grammar));
  const penalties = grammarPenalties(graph, grammar, graph.add(outputBias, bias)); // [K, V]
  const stateAfter = graph.initializer(
    'grammar.state_after',
    tensorOf('int64', grammar.stateAfter, [V]),
  );

  const body = (inner: GraphBuilder, carried: Value[], elements: Value[]) => {
    const [token, ...states] = carried as [Value, ...Value[]];
    const [uncovered, forcedToken] = elements as [Value, Value]; // [B, 1], [B]
    const { output, carried: next } = recurrence.consume(inner, token, states);
    const penalty = inner.gather(penalties, inner.gather(stateAfter, token)); // [B, V]
    const scores = recurrence.scores(inner, output, penalty); // [B, V]
    const drawn = drawToken(inner, scores, uncovered, sampler);
    const isForced = inner.greaterOrEqual(forcedToken, inner.int64(0));
    const chosen = inner.where(isForced, forcedToken, drawn);
    const logits = withLogits ? [recurrence.scores(inner, output, outputBias)] : [];
    return { carried: [chosen, ...next], collected: [chosen, ...logits] };
  };
  const begun = recurrence.begin(graph, splitVectors(graph, state, stateSizes));
  const [, ...results] = graph.scan({
    carried: [previous, ...begun],
    sequences: [
      graph.unsqueeze(graph.transpose(graph.sub(graph.float(1), uniforms), [1, 0]), [2]), // [N, B, 1]
      graph.transpose(forced, [1, 0]), // [N, B]
    ],
    body,
  });
  const finalState = results.slice(0, begun.length);
  const [tokens, logits] = results.slice(begun.length);
  graph.output(graph.transpose(tokens, [1, 0]), 'tokens'); // [B, N]
  graph.output(joinVectors(graph, recurrence.end(graph, finalState), state), 'state_after');
  if (logits) graph.output(logits, 'logits');
  return graph.build();
}

/** The vectors of a state, each [B, size].
 *  @param state [B, S] */
export function splitVectors(graph: GraphBuilder, state: Value, sizes: readonly number[]): Value[] {
  return sizes.length === 0 ? [] : graph.split(state, sizes, 1);
}

/** The inverse of `splitVectors`.
 *  @param before the state that was split; without vectors it stays */
export function joinVectors(graph: GraphBuilder, vectors: readonly Value[], before: Value): Value {
  return vectors.length === 0 ? before : graph.concat(vectors, 1);
}
