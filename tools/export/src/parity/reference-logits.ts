// The referee: the forward graph that was trained, evaluated in float64.
import { GraphBuilder, tensorOf, type Value } from '@ostinato/graph';
import { evaluateModel } from '@ostinato/graph/testing';
import { type LstmConfig, lstmForward, type NamedTensors } from '@ostinato/model';

/** Logits after each token of one sequence that starts from nothing.
 *  @param tokens ids, shape [T]
 *  @returns shape [T, V], float64 */
export function referenceLogits(
  parameters: NamedTensors,
  config: LstmConfig,
  tokens: Int32Array,
): Float64Array {
  const graph = new GraphBuilder('reference');
  const ids = graph.constant('int32', [...tokens], [tokens.length, 1]);
  const values = new Map<string, Value>();
  for (const [name, { shape, data }] of parameters) {
    values.set(name, graph.initializer(name, tensorOf('float32', data, shape)));
  }
  const zeros = graph.float(Array<number>(config.hiddenSize).fill(0), [config.hiddenSize, 1]);
  const state = Array.from({ length: config.layers }, () => ({ hidden: zeros, cell: zeros }));
  const { logits } = lstmForward(graph, config, values, { tokens: ids, state });
  graph.output(logits, 'logits');
  const outputs = evaluateModel(graph.build(), {});
  return Float64Array.from(outputs['logits'].data);
}
