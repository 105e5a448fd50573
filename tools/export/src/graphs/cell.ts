// The LSTM cell behind the products of its gates (Hochreiter & Schmidhuber 1997, with a forget gate), gates in ONNX's
// order i, o, f, c: https://onnx.ai/onnx/operators/onnx__LSTM.html
import type { GraphBuilder, Value } from '@ostinato/graph';
import type { LayerState } from './state.js';

/** One step of one layer.
 *  @param gates the four gates before their activation, shape [B, 4H]
 *  @param cellBefore shape [B, H] */
export function cell(graph: GraphBuilder, gates: Value, cellBefore: Value): LayerState {
  const size = cellBefore.shape[1] as number;
  const [open, candidate] = graph.split(gates, [3 * size, size], 1) as [Value, Value];
  const [i, o, f] = graph.split(graph.sigmoid(open), [size, size, size], 1) as [
    Value,
    Value,
    Value,
  ];
  const kept = graph.mul(f, cellBefore);
  const cell = graph.add(kept, graph.mul(i, graph.tanh(candidate)));
  return { hidden: graph.mul(o, graph.tanh(cell)), cell };
}
