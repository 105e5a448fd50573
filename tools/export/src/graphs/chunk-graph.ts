// The `chunk` graph: chooses many tokens in one run. A Scan over the uniforms whose body consumes the token before,
// draws the next one by the rules of docs/sampling.md, and carries both on. Made for CPUs, where a call costs more
// than a node and a node more than a small product: the body holds as few nodes as it can.
//
// Letters: B sequences, N tokens, V vocabulary, H hidden units, K states of the grammar.
import type { Grammar } from '@ostinato/core';
import { type Graph, GraphBuilder, type Value, tensorOf } from '@ostinato/graph';
import { integerRecurrence } from './integer-recurrence.js';
import type { StoredNetwork } from './network.js';
import { floatRecurrence } from './recurrence.js';
import { drawToken, grammarPenalties, mostCandidates, type Sampler } from './sampler.js';
import { joinState, splitState, stateSize } from './state.js';

export interface ChunkOptions {
  /** Multiply integers: the form int8-dynamic, for a network stored as int8. Default: float32 throughout. */
  readonly integerProducts?: boolean;
  /** Also give the logits before each token, before mask and bias, as `logits` [N, B, V]; for tests of parity. */
  readonly withLogits?: boolean;
}

/** Inputs: `state` [B, S], `previous_tokens` int64 [B], `uniforms` [B, N], `forced_tokens` int64 [B, N] (-1: draw),
 *  `bias` [V], and the scalars `temperature`, `top_k` int64, `top_p`, `min_p`.
 *  Outputs: `tokens` int64 [B, N], `state_after` [B, S]: before the last token is consumed. */
export function chunkGraph(
  network: StoredNetwork,
  grammar: Grammar,
  { integerProducts = false, withLogits = false }: ChunkOptions = {},
): Graph {
  const { vocabularySize: V } = network.config;
  const graph = new GraphBuilder('chunk');
  const state = graph.input('state', 'float32', ['B', stateSize(network.config)]);
  const previous = graph.input('previous_tokens', 'int64', ['B']);
  const uniforms = graph.input('uniforms', 'float32', ['B', 'N']);
  const forced = graph.input('forced_tokens', 'int64', ['B', 'N']);
  const bias = graph.input('bias', 'float32', [V]);
  const sampler = samplerOf(graph, mostCandidates(grammar));

  const recurrence = (integerProducts ? integerRecurrence : floatRecurrence)(graph, network);
  const outputBias = graph.initializer('output.bias', tensorOf('float32', network.outputBias, [V]));
  const penalties = grammarPenalties(graph, grammar, graph.add(outputBias, bias)); // [K, V]
  const stateAfter = graph.initializer(
    'grammar.state_after',
    tensorOf('int64', grammar.stateAfter, [V]),
  );

  const body = (inner: GraphBuilder, carried: Value[], elements: Value[]) => {
    const [token, ...states] = carried as [Value, ...Value[]];
    const [uniform, forcedToken] = elements as [Value, Value]; // [B, 1], [B]
    const { output, carried: next } = recurrence.consume(inner, token, states);
    const penalty = inner.gather(penalties, inner.gather(stateAfter, token)); // [B, V]
    const scores = recurrence.scores(inner, output, penalty); // [B, V]
    const drawn = drawToken(inner, scores, uniform, sampler);
    const isForced = inner.greaterOrEqual(forcedToken, inner.int64(0));
    const chosen = inner.where(isForced, forcedToken, drawn);
    const logits = withLogits ? [recurrence.scores(inner, output, outputBias)] : [];
    return { carried: [chosen, ...next], collected: [chosen, ...logits] };
  };
  const [, ...results] = graph.scan({
    carried: [previous, ...recurrence.begin(graph, splitState(graph, state, network.config))],
    sequences: [
      graph.unsqueeze(graph.transpose(uniforms, [1, 0]), [2]), // [N, B, 1]
      graph.transpose(forced, [1, 0]), // [N, B]
    ],
    body,
  });
  const finalState = results.slice(0, 2 * network.config.layers);
  const [tokens, logits] = results.slice(2 * network.config.layers);
  graph.output(graph.transpose(tokens, [1, 0]), 'tokens'); // [B, N]
  graph.output(joinState(graph, recurrence.end(graph, finalState)), 'state_after');
  if (logits) graph.output(logits, 'logits');
  return graph.build();
}

function samplerOf(graph: GraphBuilder, candidates: number): Sampler {
  const temperature = graph.input('temperature', 'float32', []);
  const topK = graph.input('top_k', 'int64', []);
  const topP = graph.input('top_p', 'float32', []);
  const minP = graph.input('min_p', 'float32', []);
  const ranks = graph.int64(Array.from({ length: candidates }, (_, rank) => rank));
  // A rank stays while the probability before it is below its limit; behind top-k the limit is never met.
  const limits = graph.where(graph.less(ranks, topK), topP, graph.float(-1)); // [C]
  return { temperature, limits, minP };
}
