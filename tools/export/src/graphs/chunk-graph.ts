// The `chunk` graph: chooses many tokens in one run. A Scan over the uniforms whose body consumes the token before,
// draws the next one by the rules of docs/sampling.md, and carries both on. Made for CPUs, where a call costs more
// than a node and a node more than a small product: the body holds as few nodes as it can.
//
// Letters: B sequences, N tokens, V vocabulary, H hidden units, K states of the grammar.
import type { Grammar } from '@ostinato/core';
import { type Graph, GraphBuilder, type Value, tensorOf } from '@ostinato/graph';
import { cell } from './cell.js';
import type { StoredNetwork } from './network.js';
import { drawToken, grammarPenalties, mostCandidates, type Sampler } from './sampler.js';
import { type LayerState, joinState, splitState, stateSize } from './state.js';
import { widen } from './weights.js';

export interface ChunkOptions {
  /** Also give the logits before each token, before mask and bias, as `logits` [N, B, V]; for tests of parity. */
  readonly withLogits?: boolean;
}

/** Inputs: `state` [B, S], `previous_tokens` int64 [B], `uniforms` [B, N], `forced_tokens` int64 [B, N] (-1: draw),
 *  `bias` [V], and the scalars `temperature`, `top_k` int64, `top_p`, `min_p`.
 *  Outputs: `tokens` int64 [B, N], `state_after` [B, S]: before the last token is consumed. */
export function chunkGraph(
  network: StoredNetwork,
  grammar: Grammar,
  { withLogits = false }: ChunkOptions = {},
): Graph {
  const { vocabularySize: V } = network.config;
  const graph = new GraphBuilder('chunk');
  const state = graph.input('state', 'float32', ['B', stateSize(network.config)]);
  const previous = graph.input('previous_tokens', 'int64', ['B']);
  const uniforms = graph.input('uniforms', 'float32', ['B', 'N']);
  const forced = graph.input('forced_tokens', 'int64', ['B', 'N']);
  const bias = graph.input('bias', 'float32', [V]);
  const sampler = samplerOf(graph, mostCandidates(grammar));

  const weights = declareWeights(graph, network);
  const outputBias = graph.initializer('output.bias', tensorOf('float32', network.outputBias, [V]));
  const penalties = grammarPenalties(graph, grammar, graph.add(outputBias, bias)); // [K, V]
  const stateAfter = graph.initializer(
    'grammar.state_after',
    tensorOf('int64', grammar.stateAfter, [V]),
  );

  const body = (inner: GraphBuilder, carried: Value[], elements: Value[]) => {
    const [token, ...states] = carried as [Value, ...Value[]];
    const [uniform, forcedToken] = elements as [Value, Value]; // [B, 1], [B]
    const { hidden, next } = consume(inner, weights, token, states);
    const penalty = inner.gather(penalties, inner.gather(stateAfter, token)); // [B, V]
    const scores = inner.gemm(hidden, weights.output, penalty, { transB: true }); // [B, V]
    const drawn = drawToken(inner, scores, uniform, sampler);
    const isForced = inner.greaterOrEqual(forcedToken, inner.int64(0));
    const chosen = inner.where(isForced, forcedToken, drawn);
    const logits = withLogits
      ? [inner.gemm(hidden, weights.output, outputBias, { transB: true })]
      : [];
    return { carried: [chosen, ...next], collected: [chosen, ...logits] };
  };
  const [, ...results] = graph.scan({
    carried: [previous, ...splitState(graph, state, network.config)],
    sequences: [
      graph.unsqueeze(graph.transpose(uniforms, [1, 0]), [2]), // [N, B, 1]
      graph.transpose(forced, [1, 0]), // [N, B]
    ],
    body,
  });
  const finalState = results.slice(0, 2 * network.config.layers);
  const [tokens, logits] = results.slice(2 * network.config.layers);
  graph.output(graph.transpose(tokens, [1, 0]), 'tokens'); // [B, N]
  graph.output(joinState(graph, finalState), 'state_after');
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

interface WidenedWeights {
  /** What layer 0 adds for each token: W0 · embedding + bias, [V, 4H]. Folded once, when a session loads the graph. */
  readonly table: Value;
  /** [4H, E or H], [4H, H] and [4H]. The first input weight is in the table and not used again. */
  readonly layers: readonly { input: Value; recurrent: Value; bias: Value }[];
  /** [V, H] */
  readonly output: Value;
}

function declareWeights(graph: GraphBuilder, network: StoredNetwork): WidenedWeights {
  const { config } = network;
  const embedding = widen(graph, 'embedding.weight', network.embedding);
  const layers = network.layers.map((layer, index) => ({
    input: widen(graph, `lstm.${index}.input.weight`, layer.input),
    recurrent: widen(graph, `lstm.${index}.recurrent.weight`, layer.recurrent),
    bias: graph.initializer(
      `lstm.${index}.bias`,
      tensorOf('float32', layer.bias, [4 * config.hiddenSize]),
    ),
  }));
  const [first] = layers;
  return {
    table: graph.gemm(embedding, first.input, first.bias, { transB: true }),
    layers,
    output: config.tiedOutput ? embedding : widen(graph, 'output.weight', network.output),
  };
}

/** Feeds one token to every layer.
 *  @param token ids, shape [B]
 *  @param states hidden and cell of each layer, [B, H] each
 *  @returns the last layer's output [B, H], and the states after */
function consume(graph: GraphBuilder, weights: WidenedWeights, token: Value, states: Value[]) {
  let hidden: Value | undefined;
  const next: Value[] = [];
  weights.layers.forEach(({ input, recurrent, bias }, layer) => {
    const before: LayerState = { hidden: states[2 * layer], cell: states[2 * layer + 1] };
    const fromBelow = hidden
      ? graph.gemm(hidden, input, bias, { transB: true })
      : graph.gather(weights.table, token); // [B, 4H]
    const gates = graph.gemm(before.hidden, recurrent, fromBelow, { transB: true }); // [B, 4H]
    const after = cell(graph, gates, before.cell);
    next.push(after.hidden, after.cell);
    hidden = after.hidden;
  });
  return { hidden: hidden!, next };
}
