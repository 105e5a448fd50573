// Which graphs ONNX Runtime Web had better rearrange the matrices of.
import type { Graph } from '@ostinato/graph';

/** Their kernels multiply by matrices as rows of results. */
const ROWS_OF_RESULTS = new Set(['LSTM', 'GRU', 'RNN', 'MatMulIntegerToFloat']);

/** ONNX Runtime copies the constant matrices of products into blocks when it creates a session. For a product with one row
 *  that makes the start longer and the product slower, if the matrix lies as the product reads it; if not, all of it would
 *  be rearranged again at each token. */
export function needsPacking({ nodes }: Graph): boolean {
  return nodes.some(({ opType, attributes }) => {
    if (ROWS_OF_RESULTS.has(opType)) return true;
    const turned = attributes.get('transB');
    if (turned?.type === 'int' && turned.value === 1) return true;
    return [...attributes.values()].some(
      ({ type, value }) => type === 'graph' && needsPacking(value),
    );
  });
}
