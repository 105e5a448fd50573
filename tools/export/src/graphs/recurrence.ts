// What the chunk graph repeats for each token: feeding it to every layer, and the logits of the next one. In float32 here;
// integer-recurrence.ts has the same with products of integers.
//
// Letters: B sequences, V vocabulary, E embedding, H hidden units.
import { type GraphBuilder, tensorOf, type Value } from '@ostinato/graph';
import { cell } from './cell.js';
import type { StoredNetwork } from './network.js';
import { widen } from './weights.js';

export interface Recurrence {
  /** What a loop carries from token to token, made of the vectors of a state: hidden and cell of each layer, [B, H]. */
  begin(graph: GraphBuilder, vectors: Value[]): Value[];
  /** Feeds one token to every layer.
   *  @param token ids, shape [B]
   *  @returns the last layer's output, for `scores`, and what is carried on */
  consume(
    graph: GraphBuilder,
    token: Value,
    carried: readonly Value[],
  ): { output: Value; carried: Value[] };
  /** The logits without their bias, plus what is given.
   *  @param added shape [B, V] or [V]
   *  @returns shape [B, V] */
  scores(graph: GraphBuilder, output: Value, added: Value): Value;
  /** The inverse of `begin`. */
  end(graph: GraphBuilder, carried: readonly Value[]): Value[];
}

/** What layer 0 adds for each token: W0 · embedding + bias, [V, 4H]. Folded once, when a session loads the graph. */
export function inputTable(
  graph: GraphBuilder,
  embedding: Value,
  input: Value,
  bias: Value,
): Value {
  return graph.gemm(embedding, input, bias, { transB: true });
}

/** Declares the weights of a network, widened to float32. */
export function floatRecurrence(graph: GraphBuilder, network: StoredNetwork): Recurrence {
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
  const table = inputTable(graph, embedding, first.input, first.bias);
  const output = config.tiedOutput ? embedding : widen(graph, 'output.weight', network.output);
  return {
    begin: (_, vectors) => vectors,
    consume(inner, token, states) {
      let below: Value | undefined;
      const carried: Value[] = [];
      layers.forEach(({ input, recurrent, bias }, layer) => {
        const [hidden, cellBefore] = states.slice(2 * layer);
        const fromBelow = below
          ? inner.gemm(below, input, bias, { transB: true })
          : inner.gather(table, token); // [B, 4H]
        const gates = inner.gemm(hidden, recurrent, fromBelow, { transB: true }); // [B, 4H]
        const after = cell(inner, gates, cellBefore);
        carried.push(after.hidden, after.cell);
        below = after.hidden;
      });
      return { output: below!, carried };
    },
    scores: (inner, hidden, added) => inner.gemm(hidden, output, added, { transB: true }),
    end: (_, carried) => [...carried],
  };
}
