// What the chunk graph repeats for each token: feeding it to every layer, and the logits of the next one. In float32 here;
// integer-recurrence.ts has the same with products of integers.
//
// Letters: B sequences, V vocabulary, E embedding, H hidden units.
import { type GraphBuilder, tensorOf, type Value } from '@ostinato/graph';
import { cell } from './cell.js';
import type { StoredNetwork } from './network.js';
import { type StoredMatrix, widenTransposed } from './weights.js';

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

/** What layer 0 adds for each token, [V, 4H]. Folded once, when a session loads the graph.
 *  @param embedding transposed, [E, V]
 *  @param bias [4H] */
export function inputTable(
  graph: GraphBuilder,
  network: StoredNetwork,
  embedding: Value,
  bias: Value,
): Value {
  const input = widenTransposed(graph, 'lstm.0.input.weight', network.layers[0].input); // [E, 4H]
  return graph.gemm(embedding, input, bias, { transA: true });
}

/** Declares the weights of a network, widened to float32. */
export function floatRecurrence(graph: GraphBuilder, network: StoredNetwork): Recurrence {
  const { config } = network;
  const matrix = (name: string, stored: StoredMatrix): Value =>
    widenTransposed(graph, name, stored);
  const layers = network.layers.map((layer, index) => ({
    // The first layer's input is in the table.
    input: index === 0 ? undefined : matrix(`lstm.${index}.input.weight`, layer.input), // [H, 4H]
    recurrent: matrix(`lstm.${index}.recurrent.weight`, layer.recurrent), // [H, 4H]
    bias: graph.initializer(
      `lstm.${index}.bias`,
      tensorOf('float32', layer.bias, [4 * config.hiddenSize]),
    ),
  }));
  const embedding = matrix('embedding.weight', network.embedding); // [E, V]
  const table = inputTable(graph, network, embedding, layers[0].bias);
  const output = config.tiedOutput ? embedding : matrix('output.weight', network.output); // [H, V]
  return {
    begin: (_, vectors) => vectors,
    consume(inner, token, states) {
      let below: Value | undefined;
      const carried: Value[] = [];
      layers.forEach(({ input, recurrent, bias }, layer) => {
        const [hidden, cellBefore] = states.slice(2 * layer);
        const fromBelow =
          below && input ? inner.gemm(below, input, bias) : inner.gather(table, token); // [B, 4H]
        const gates = inner.gemm(hidden, recurrent, fromBelow); // [B, 4H]
        const after = cell(inner, gates, cellBefore);
        carried.push(after.hidden, after.cell);
        below = after.hidden;
      });
      return { output: below!, carried };
    },
    scores: (inner, hidden, added) => inner.gemm(hidden, output, added),
    end: (_, carried) => [...carried],
  };
}
