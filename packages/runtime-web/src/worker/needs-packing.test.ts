import { readFileSync } from 'node:fs';
import { type Graph, decodeModel, GraphBuilder, tensorOf, type Value } from '@ostinato/graph';
import { expect, it } from 'vitest';
import { needsPacking } from './needs-packing.js';

const WEIGHTS = tensorOf('float32', new Float32Array(4), [2, 2]);

/** A product inside a loop, as the chunk graph has it. */
function looped(product: (graph: GraphBuilder, row: Value, matrix: Value) => Value): Graph {
  const graph = new GraphBuilder('test');
  const matrix = graph.initializer('matrix', WEIGHTS);
  const rows = graph.input('rows', 'float32', ['N', 1, 2]);
  const [results] = graph.scan({
    carried: [],
    sequences: [rows],
    body: (inner, _, [row]) => ({ carried: [], collected: [product(inner, row, matrix)] }),
  });
  graph.output(results, 'results');
  return graph.build();
}

it('takes matrices that lie as a product with a row reads them as they are', () => {
  expect(needsPacking(looped((graph, row, matrix) => graph.gemm(row, matrix)))).toBe(false);
  expect(needsPacking(looped((graph, row, matrix) => graph.matMul(row, matrix)))).toBe(false);
});

it('has those rearranged that lie the other way', () => {
  const turned = looped((graph, row, matrix) =>
    graph.gemm(row, matrix, undefined, { transB: true }),
  );
  expect(needsPacking(turned)).toBe(true);
});

it.each([
  ['chunk.onnx', false],
  ['chunk.int8-dynamic.onnx', true],
  ['step.onnx', true],
])('%s of the bundled model: %s', (file, expected) => {
  const bytes = readFileSync(new URL(`../../../../models/musicnet/${file}`, import.meta.url));
  expect(needsPacking(decodeModel(bytes).graph)).toBe(expected);
});
