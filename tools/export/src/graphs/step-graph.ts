// The `step` graph: consumes any number of tokens and gives the logits after each. Standard operators only, the LSTM as
// ONNX's own, so that any ONNX Runtime runs it, on GPUs too.
//
// Letters: B sequences, T tokens, V vocabulary, E embedding, H hidden units.
import { type Attribute, type Graph, GraphBuilder, type Value, tensorOf } from '@ostinato/graph';
import type { StoredLayer, StoredNetwork } from './network.js';
import { joinState, splitState, stateSize } from './state.js';
import { widen } from './weights.js';

/** Inputs: `tokens` int64 [B, T], `state` [B, S] (layout in state.ts).
 *  Outputs: `logits` [B, T, V], `state_after` [B, S]. */
export function stepGraph(network: StoredNetwork): Graph {
  const { config } = network;
  const graph = new GraphBuilder('step');
  const tokens = graph.input('tokens', 'int64', ['B', 'T']);
  const state = graph.input('state', 'float32', ['B', stateSize(config)]);

  const embedding = widen(graph, 'embedding.weight', network.embedding);
  let sequence = graph.gather(embedding, graph.transpose(tokens, [1, 0])); // [T, B, E]
  const before = splitState(graph, state, config);
  const after: Value[] = [];
  network.layers.forEach((layer, index) => {
    const [hidden, cell] = before.slice(2 * index);
    const result = lstmLayer(graph, layer, index, sequence, hidden, cell);
    sequence = result.sequence; // [T, B, H]
    after.push(result.hidden, result.cell);
  });

  const output = config.tiedOutput ? embedding : widen(graph, 'output.weight', network.output);
  const bias = tensorOf('float32', network.outputBias, [config.vocabularySize]);
  const logits = graph.add(
    graph.matMul(sequence, graph.transpose(output, [1, 0])),
    graph.initializer('output.bias', bias),
  ); // [T, B, V]
  graph.output(graph.transpose(logits, [1, 0, 2]), 'logits');
  graph.output(joinState(graph, after), 'state_after');
  return graph.build();
}

/** One layer over a sequence.
 *  @param sequence shape [T, B, E or H]
 *  @param hidden state before the first token, shape [B, H]; `cell` as well */
function lstmLayer(
  graph: GraphBuilder,
  layer: StoredLayer,
  index: number,
  sequence: Value,
  hidden: Value,
  cell: Value,
): { sequence: Value; hidden: Value; cell: Value } {
  const [batch, size] = hidden.shape as [string, number];
  // The operator has a second bias for the recurrent product; ours is in the first, so that one is zero.
  const biases = new Float32Array(8 * size);
  biases.set(layer.bias);
  const [outputs, hiddenAfter, cellAfter] = graph.node({
    opType: 'LSTM',
    inputs: [
      sequence,
      graph.unsqueeze(widen(graph, `lstm.${index}.input.weight`, layer.input), [0]),
      graph.unsqueeze(widen(graph, `lstm.${index}.recurrent.weight`, layer.recurrent), [0]),
      graph.initializer(`lstm.${index}.bias`, tensorOf('float32', biases, [1, 8 * size])),
      undefined, // all sequences have the same length
      graph.unsqueeze(hidden, [0]),
      graph.unsqueeze(cell, [0]),
    ],
    outputs: [
      { dataType: 'float32', shape: [sequence.shape[0], 1, batch, size] },
      { dataType: 'float32', shape: [1, batch, size] },
      { dataType: 'float32', shape: [1, batch, size] },
    ],
    attributes: { hidden_size: { type: 'int', value: size } satisfies Attribute },
  });
  return {
    sequence: graph.squeeze(outputs, [1]),
    hidden: graph.squeeze(hiddenAfter, [0]),
    cell: graph.squeeze(cellAfter, [0]),
  };
}
