import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../builder.js';
import type { Value } from '../ir.js';
import { gradientError } from '../testing/gradient-error.js';
import { evaluateModel } from '../testing/reference-evaluator.js';
import { gradients } from './gradients.js';

type Case = [name: string, shapes: number[][], make: (g: GraphBuilder, inputs: Value[]) => Value];

const ids = (g: GraphBuilder, values: number[], shape: number[]): Value => g.int64(values, shape);

const CASES: Case[] = [
  ['Add, broadcast', [[2, 3], [3]], (g, [a, b]) => g.add(a, b)],
  [
    'Add, broadcast in the middle',
    [
      [2, 1, 3],
      [2, 4, 1],
    ],
    (g, [a, b]) => g.add(a, b),
  ],
  [
    'Sub',
    [
      [2, 3],
      [2, 1],
    ],
    (g, [a, b]) => g.sub(a, b),
  ],
  ['Mul', [[2, 3], [3]], (g, [a, b]) => g.mul(a, b)],
  ['Mul of a value with itself', [[4]], (g, [a]) => g.mul(a, a)],
  ['Div', [[2, 3], [3]], (g, [a, b]) => g.div(a, g.add(b, g.float(3)))],
  ['Sum', [[2], [2], [1]], (g, values) => g.sum(values)],
  ['Neg', [[3]], (g, [a]) => g.neg(a)],
  ['Exp', [[3]], (g, [a]) => g.exp(a)],
  ['Log', [[3]], (g, [a]) => g.log(g.add(a, g.float(2)))],
  ['Sqrt', [[3]], (g, [a]) => g.sqrt(g.add(a, g.float(2)))],
  ['Tanh', [[3]], (g, [a]) => g.tanh(a)],
  ['Sigmoid', [[3]], (g, [a]) => g.sigmoid(a)],
  ['Identity', [[3]], (g, [a]) => g.identity(a)],
  ['Where', [[2, 2], [2]], (g, [a, b]) => g.where(g.less(a, g.float(0)), a, b)],
  ['Softmax', [[2, 3]], (g, [a]) => g.softmax(a, 1)],
  ['LogSoftmax', [[2, 3]], (g, [a]) => g.logSoftmax(a, 1)],
  ['ReduceSum', [[2, 3, 2]], (g, [a]) => g.reduceSum(a, [0, 2])],
  ['ReduceSum, kept', [[2, 2]], (g, [a]) => g.reduceSum(a, [0], true)],
  ['ReduceSumSquare', [[2, 2]], (g, [a]) => g.sumOfSquares(a)],
  [
    'MatMul',
    [
      [2, 3],
      [3, 4],
    ],
    (g, [a, b]) => g.matMul(a, b),
  ],
  [
    'MatMul, one matrix for a sequence',
    [
      [2, 3],
      [5, 3, 4],
    ],
    (g, [a, b]) => g.matMul(a, b),
  ],
  [
    'MatMul, batches',
    [
      [2, 2, 3],
      [2, 3, 2],
    ],
    (g, [a, b]) => g.matMul(a, b),
  ],
  [
    'MatMul, broadcast batch',
    [
      [2, 2, 3],
      [3, 2],
    ],
    (g, [a, b]) => g.matMul(a, b),
  ],
  ...[false, true].flatMap((transA) =>
    [false, true].map((transB): Case => [
      `Gemm, transA ${transA}, transB ${transB}`,
      [transA ? [3, 2] : [2, 3], transB ? [4, 3] : [3, 4], [4]],
      (g, [a, b, c]) => g.gemm(a, b, c, { transA, transB }),
    ]),
  ),
  ['Reshape', [[2, 3]], (g, [a]) => g.reshape(a, [3, -1])],
  ['Squeeze and Unsqueeze', [[2, 1]], (g, [a]) => g.unsqueeze(g.squeeze(a, [1]), [0])],
  ['Transpose', [[2, 3, 4]], (g, [a]) => g.transpose(a, [2, 0, 1])],
  ['Expand', [[2, 1]], (g, [a]) => g.expand(a, [3, 2, 4])],
  [
    'Concat',
    [
      [2, 1],
      [2, 2],
    ],
    (g, [a, b]) => g.concat([a, b], 1),
  ],
  ['Split, one part unused', [[4, 2]], (g, [a]) => g.split(a, [1, 3], 0)[1]],
  ['Slice', [[2, 5]], (g, [a]) => g.slice(a, 1, 4, 1)],
  ['Gather, repeated', [[3, 2]], (g, [a]) => g.gather(a, ids(g, [2, 0, 2, 2], [2, 2]))],
  ['GatherElements', [[3, 2]], (g, [a]) => g.gatherElements(a, ids(g, [1, 0, 1], [3, 1]), 1)],
];

describe('gradients', () => {
  it.each(CASES)('%s: agree with finite differences', (_, shapes, make) => {
    expect(gradientError(shapes, make)).toBeLessThan(1e-8);
  });

  it('gives zeros for a value that the loss does not depend on', () => {
    const g = new GraphBuilder('test');
    const [a, b] = [g.input('a', 'float32', [2]), g.input('b', 'float32', [3])];
    const loss = g.reduceSum(a, [0]);
    for (const [index, slope] of gradients(g, loss, [a, b]).entries()) g.output(slope, `d${index}`);
    const data = { a: { shape: [2], data: [1, 2] }, b: { shape: [3], data: [1, 2, 3] } };
    const { d0, d1 } = evaluateModel(g.build(), data);
    expect([...d0.data]).toEqual([1, 1]);
    expect([...d1.data]).toEqual([0, 0, 0]);
  });

  it('names an operator that has no rule', () => {
    const g = new GraphBuilder('test');
    const a = g.input('a', 'float32', [2]);
    const loss = g.reduceSum(g.max(a, g.float(0)), [0]);
    expect(() => gradients(g, loss, [a])).toThrow(/Max_\d+: operator Max has no gradient rule/);
  });

  it('refuses what is no scalar', () => {
    const g = new GraphBuilder('test');
    const a = g.input('a', 'float32', [2]);
    expect(() => gradients(g, a, [a])).toThrow('a: only a scalar can be differentiated');
  });

  it('sees an operation that an unrecorded part of the graph made first', () => {
    const g = new GraphBuilder('test');
    const a = g.input('a', 'float32', [2]);
    g.withoutRecording(() => g.exp(a));
    const [slope] = gradients(g, g.reduceSum(g.exp(a), [0]), [a]);
    g.output(slope, 'd');
    const { d } = evaluateModel(g.build(), { a: { shape: [2], data: [0, 1] } });
    expect([...d.data]).toEqual([1, Math.E]);
  });

  it('sees an operation that a body found in an unrecorded part of the graph', () => {
    const g = new GraphBuilder('body');
    const a = g.input('a', 'float32', [2]);
    g.withoutRecording(() => g.exp(a));
    const [total] = g.scan({
      carried: [a],
      sequences: [g.input('sequence', 'float32', [3, 2])],
      body: (body, [sum], [element]) => ({
        carried: [body.add(sum, body.mul(element, body.exp(a)))],
        collected: [],
      }),
    });
    g.output(total, 'total');
    g.output(gradients(g, g.reduceSum(g.exp(a), [0]), [a])[0], 'd');
    const { d } = evaluateModel(g.build(), {
      a: { shape: [2], data: [0, 1] },
      sequence: { shape: [3, 2], data: [0, 0, 0, 0, 0, 0] },
    });
    expect([...d.data]).toEqual([1, Math.E]);
  });
});
