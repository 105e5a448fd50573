import { describe, expect, it } from 'vitest';
import { GraphBuilder } from './builder.js';
import { ElementaryGraphBuilder } from './elementary-builder.js';
import { gradients } from './gradients/gradients.js';
import type { Value } from './ir.js';
import { evaluateModel } from './testing/reference-evaluator.js';

const X = { shape: [2, 4], data: [0.5, -1, 3, 3, 2, 2, -7, 1] };
const IDS = { shape: [3], data: [1, 0, 4] };

type Make = (g: GraphBuilder, x: Value, ids: Value) => Value;

const CASES: [name: string, make: Make][] = [
  ['Sum', (g, x) => g.sum([x, g.exp(x), g.float(2)])],
  ['LogSoftmax of rows', (g, x) => g.logSoftmax(x, 1)],
  ['LogSoftmax of columns', (g, x) => g.logSoftmax(x, -2)],
  ['LogSoftmax of numbers too large for exp', (g, x) => g.logSoftmax(g.mul(x, g.float(1e3)), 1)],
  ['OneHot on the last axis', (g, _, ids) => g.oneHot(ids, 5, -1)],
  ['OneHot on the first axis', (g, _, ids) => g.oneHot(ids, 5, 0)],
  ['ArgMax of rows, the first of equals', (g, x) => g.argMax(x, 1)],
  ['ArgMax of columns', (g, x) => g.argMax(x, 0)],
];

function evaluated(g: GraphBuilder, make: Make): { values: number[]; operators: string[] } {
  const result = make(g, g.input('x', 'float32', X.shape), g.input('ids', 'int32', IDS.shape));
  g.output(result, 'y');
  const graph = g.build();
  const { y } = evaluateModel(graph, { x: X, ids: IDS });
  expect(y.shape).toEqual(result.shape);
  return { values: [...y.data], operators: graph.nodes.map(({ opType }) => opType) };
}

describe('ElementaryGraphBuilder', () => {
  it.each(CASES)('%s: the same values', (_, make) => {
    const { values, operators } = evaluated(new ElementaryGraphBuilder('test'), make);
    const expected = evaluated(new GraphBuilder('test'), make).values;
    expect(values).toHaveLength(expected.length);
    for (const [at, value] of values.entries()) expect(value).toBeCloseTo(expected[at], 11);
    for (const absent of ['Sum', 'LogSoftmax', 'OneHot', 'ArgMax']) {
      expect(operators).not.toContain(absent);
    }
  });

  it.each([1, 7, 8, 60])('splits into %i parts, at most 7 at once', (count) => {
    const g = new ElementaryGraphBuilder('test');
    const sizes = Array.from({ length: count }, (_, part) => 1 + (part % 2));
    const width = sizes.reduce((total, size) => total + size, 0);
    const parts = g.split(g.input('x', 'float32', [2, width]), sizes, 1);
    for (const [part, value] of parts.entries()) g.output(value, `y${part}`);
    const graph = g.build();
    for (const { opType, outputs } of graph.nodes) {
      if (opType === 'Split') expect(outputs.length).toBeLessThanOrEqual(7);
    }
    const data = [...Array(2 * width).keys()];
    const found = evaluateModel(graph, { x: { shape: [2, width], data } });
    let from = 0;
    for (const [part, size] of sizes.entries()) {
      const row = data.slice(from, (from += size));
      expect([...found[`y${part}`].data]).toEqual([...row, ...row.map((value) => value + width)]);
    }
    expect(parts).toHaveLength(count);
  });

  it('differentiates what it writes as the operators that it stands for', () => {
    const slopes = (g: GraphBuilder): number[] => {
      const x = g.input('x', 'float32', X.shape);
      const total = g.sum([g.logSoftmax(x, 1), g.mul(x, x)]);
      const weighted = g.mul(total, g.oneHot(g.constant('int32', [2, 0]), 4, 1));
      const [slope] = gradients(g, g.reduceSum(weighted, [0, 1]), [x]);
      g.output(slope, 'dx');
      return [...evaluateModel(g.build(), { x: X })['dx'].data];
    };
    const found = slopes(new ElementaryGraphBuilder('test'));
    const expected = slopes(new GraphBuilder('test'));
    for (const [at, value] of found.entries()) expect(value).toBeCloseTo(expected[at], 12);
  });
});
