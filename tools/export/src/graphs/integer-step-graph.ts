// A step graph with the arithmetic of the int8-dynamic chunk: not shipped (a caller who wants logits wants the reproducible
// ones), but what that form predicts can be measured with it.
import { type Graph, GraphBuilder, tensorOf, type Value } from '@ostinato/graph';
import { integerRecurrence } from './integer-recurrence.js';
import type { StoredNetwork } from './network.js';
import { joinState, splitState, stateSize } from './state.js';

/** Inputs and outputs as those of `stepGraph`.
 *  @param network stored as int8 */
export function integerStepGraph(network: StoredNetwork): Graph {
  const { config } = network;
  const graph = new GraphBuilder('step');
  const tokens = graph.input('tokens', 'int64', ['B', 'T']);
  const state = graph.input('state', 'float32', ['B', stateSize(config)]);
  const recurrence = integerRecurrence(graph, network);
  const outputBias = tensorOf('float32', network.outputBias, [config.vocabularySize]);
  const bias = graph.initializer('output.bias', outputBias);
  const results = graph.scan({
    carried: recurrence.begin(graph, splitState(graph, state, config)),
    sequences: [graph.transpose(tokens, [1, 0])], // [T, B]
    body(inner: GraphBuilder, carried: Value[], [token]: Value[]) {
      const after = recurrence.consume(inner, token, carried);
      return { carried: after.carried, collected: [recurrence.scores(inner, after.output, bias)] };
    },
  });
  const logits = results.at(-1)!; // [T, B, V]
  graph.output(graph.transpose(logits, [1, 0, 2]), 'logits');
  graph.output(joinState(graph, recurrence.end(graph, results.slice(0, -1))), 'state_after');
  return graph.build();
}
