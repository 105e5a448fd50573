import { describe, expect, it } from 'vitest';
import { GraphBuilder } from './builder.js';
import { GraphError } from './errors.js';
import type { Shape, Value } from './ir.js';
import { evaluateModel } from './testing/reference-evaluator.js';

function inputs(g: GraphBuilder, ...shapes: Shape[]): Value[] {
  return shapes.map((shape, index) => g.input(`x${index}`, 'float32', shape));
}

describe('GraphBuilder', () => {
  it.each<[string, Shape[], (g: GraphBuilder, x: Value[]) => Value, Shape]>([
    [
      'broadcasts',
      [
        [2, 1, 3],
        [4, 1],
      ],
      (g, [a, b]) => g.add(a, b),
      [2, 4, 3],
    ],
    [
      'keeps names of dimensions',
      [
        ['B', 3],
        [1, 3],
      ],
      (g, [a, b]) => g.add(a, b),
      ['B', 3],
    ],
    [
      'multiplies batches',
      [
        ['B', 2, 3],
        [3, 5],
      ],
      (g, [a, b]) => g.matMul(a, b),
      ['B', 2, 5],
    ],
    ['gathers', [[7, 4], ['B']], (g, [a, b]) => g.gather(a, g.cast(b, 'int64')), ['B', 4]],
    ['works out -1', [[4, 6]], (g, [a]) => g.reshape(a, [0, 2, -1]), [4, 2, 3]],
    ['drops reduced axes', [[2, 3, 4]], (g, [a]) => g.reduceSum(a, [0, -1]), [3]],
    ['keeps reduced axes', [[2, 3]], (g, [a]) => g.reduceSum(a, [1], true), [2, 1]],
    ['inserts axes', [[2, 3]], (g, [a]) => g.unsqueeze(a, [0, 3]), [1, 2, 3, 1]],
  ])('%s', (_, shapes, make, expected) => {
    const g = new GraphBuilder('test');
    expect(make(g, inputs(g, ...shapes)).shape).toEqual(expected);
  });

  it.each<[string, Shape[], (g: GraphBuilder, x: Value[]) => Value]>([
    ['[2] and [3] do not broadcast', [[2], [3]], (g, [a, b]) => g.add(a, b)],
    [
      '[2, 3] x [2, 3] is no matrix product',
      [
        [2, 3],
        [2, 3],
      ],
      (g, [a, b]) => g.matMul(a, b),
    ],
    ['[2, 3] does not reshape to [4, -1]', [[2, 3]], (g, [a]) => g.reshape(a, [4, -1])],
    ['axis 2 is outside a tensor of rank 2', [[2, 3]], (g, [a]) => g.softmax(a, 2)],
    ['x0 is float32, ', [[2]], (g, [a]) => g.add(a, g.int64([1, 2]))],
    ['needs a fixed size, found B', [['B', 2]], (g, [a]) => g.concat([a, a], 0)],
  ])('refuses: %s', (message, shapes, make) => {
    const g = new GraphBuilder('test');
    const values = inputs(g, ...shapes);
    expect(() => make(g, values)).toThrow(message);
    expect(() => make(g, values)).toThrow(GraphError);
  });

  it('makes equal nodes and constants once', () => {
    const g = new GraphBuilder('test');
    const [a] = inputs(g, [2, 3]);
    expect(g.transpose(a, [1, 0])).toBe(g.transpose(a, [1, 0]));
    expect(g.float([1, 2])).toBe(g.float([1, 2]));
    expect(g.float(1)).not.toBe(g.int64(1));
    expect(g.nodeCount).toBe(1);
  });

  it('tells apart nodes that differ in an attribute', () => {
    const g = new GraphBuilder('test');
    const [a] = inputs(g, [2, 2]);
    expect(g.softmax(a, 0)).not.toBe(g.softmax(a, 1));
  });

  it('names nodes by the scope they are made in', () => {
    const g = new GraphBuilder('test');
    const [a] = inputs(g, [2]);
    const value = g.scope('outer', () => g.scope('inner', () => g.exp(a)));
    expect(value.name).toMatch(/^outer\/inner\/Exp_\d+$/);
  });

  it.each([
    ['from the begin on', false, [1, 3, 6, 10, 30, 60]],
    ['from the end on', true, [6, 5, 3, 60, 50, 30]],
  ])('adds up along an axis, %s', (_, reverse, sums) => {
    const g = new GraphBuilder('test');
    g.output(g.cumSum(g.input('x', 'float32', [2, 3]), 1, { reverse }), 'sums');
    const x = { shape: [2, 3], data: [1, 2, 3, 10, 20, 30] };
    expect([...evaluateModel(g.build(), { x }).sums.data]).toEqual(sums);
  });

  it('gives a value out twice, under each name', () => {
    const g = new GraphBuilder('test');
    const [a] = inputs(g, [1]);
    const value = g.exp(a);
    for (const name of ['first', 'second']) g.output(value, name);
    const { first, second } = evaluateModel(g.build(), { x0: { shape: [1], data: [0] } });
    expect([first.data[0], second.data[0]]).toEqual([1, 1]);
  });

  it('runs a loop as often as it is told, with values from around it', () => {
    const g = new GraphBuilder('test');
    const [a] = inputs(g, [2]);
    const [last, all] = g.loop(g.input('count', 'int64', []), 'N', {
      carried: [a],
      body: (body, _, [x]) => {
        const next = body.add(x, a);
        return { carried: [next], collected: [next] };
      },
    });
    g.output(last, 'last');
    g.output(all, 'all');
    const feeds = { x0: { shape: [2], data: [1, 10] }, count: { shape: [], data: [3] } };
    const result = evaluateModel(g.build(), feeds);
    expect([...result['last'].data]).toEqual([4, 40]);
    expect([...result['all'].data]).toEqual([2, 20, 3, 30, 4, 40]);
  });

  it('scans in reverse and collects in the order of the sequence', () => {
    const g = new GraphBuilder('test');
    const [a] = inputs(g, [3]);
    const [sum, sums] = g.scan({
      carried: [g.float(0)],
      sequences: [a],
      reverse: true,
      body: (body, [total], [x]) => {
        const next = body.add(total, x);
        return { carried: [next], collected: [next] };
      },
    });
    g.output(sum, 'sum');
    g.output(sums, 'sums');
    const result = evaluateModel(g.build(), { x0: { shape: [3], data: [1, 2, 4] } });
    expect(result['sum'].data[0]).toBe(7);
    expect([...result['sums'].data]).toEqual([7, 6, 4]);
  });
});
