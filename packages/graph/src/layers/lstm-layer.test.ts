import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../builder.js';
import type { Value } from '../ir.js';
import { gradientError } from '../testing/gradient-error.js';
import { evaluateModel } from '../testing/reference-evaluator.js';
import { embeddingColumns } from './embedding-columns.js';
import { lstmLayer, type RecurrenceForm } from './lstm-layer.js';

const [T, H, B] = [4, 3, 2];
/** x, R, h0, c0 */
const SHAPES = [
  [T, 4 * H, B],
  [4 * H, H],
  [H, B],
  [H, B],
];
/** The second sequence starts anew at the third step. */
const KEEP = [1, 1, 1, 1, 1, 0, 1, 1];

function layer(g: GraphBuilder, inputs: Value[], form: RecurrenceForm, reset: boolean): Value[] {
  const [projected, recurrentWeight, hidden, cell] = inputs as [Value, Value, Value, Value];
  const keep = reset ? g.float(KEEP, [T, 1, B]) : undefined;
  const output = lstmLayer(g, { projected, recurrentWeight, hidden, cell, keep }, { form });
  return [output.sequence, output.hidden, output.cell];
}

const FORMS = [
  ['scan', false],
  ['scan', true],
  ['unrolled', false],
  ['unrolled', true],
] as const;

describe('lstmLayer', () => {
  it.each(FORMS)('%s, resets %s: gradients agree with finite differences', (form, reset) => {
    const error = gradientError(SHAPES, (g, inputs) => layer(g, inputs, form, reset));
    expect(error).toBeLessThan(1e-8);
  });

  it.each(FORMS)('%s, resets %s: gradients of the last state alone', (form, reset) => {
    const error = gradientError(SHAPES, (g, inputs) => layer(g, inputs, form, reset)[2]);
    expect(error).toBeLessThan(1e-8);
  });

  it('computes the equations of the LSTM', () => {
    const [sequence, hidden, cell] = outputs('scan', true);
    expect(sequence.slice(-H * B)).toEqual(hidden);
    const expected = plainLstm();
    for (const [found, wanted] of [
      [sequence, expected.sequence],
      [cell, expected.cell],
    ]) {
      for (const [at, value] of wanted.entries()) expect(found[at]).toBeCloseTo(value, 12);
    }
  });

  it('gives the same in both forms', () => {
    expect(outputs('unrolled', true)).toEqual(outputs('scan', true));
  });

  it('needs no more nodes for a longer sequence as a scan', () => {
    const nodes = (steps: number): number => {
      const g = new GraphBuilder('test');
      const inputs = [[steps, 4 * H, B], ...SHAPES.slice(1)].map((shape, index) =>
        g.input(`x${index}`, 'float32', shape),
      );
      const [projected, recurrentWeight, hidden, cell] = inputs as [Value, Value, Value, Value];
      lstmLayer(g, { projected, recurrentWeight, hidden, cell });
      return g.nodeCount;
    };
    expect(nodes(100)).toBe(nodes(2));
  });
});

describe('embeddingColumns', () => {
  it('has a gradient that sums over repeated tokens', () => {
    const error = gradientError([[3, 5]], (g, [table]) =>
      embeddingColumns(g, table, g.constant('int32', [4, 0, 4, 4, 1, 2], [3, 2])),
    );
    expect(error).toBeLessThan(1e-8);
  });
});

const inputData = (index: number): number[] =>
  Array.from({ length: SHAPES[index].reduce((a, b) => a * b, 1) }, (_, at) =>
    Math.sin(5 * at + index),
  );

function outputs(form: RecurrenceForm, reset: boolean): number[][] {
  const g = new GraphBuilder('test');
  const inputs = SHAPES.map((shape, index) => g.input(`x${index}`, 'float32', shape));
  for (const [index, value] of layer(g, inputs, form, reset).entries())
    g.output(value, `y${index}`);
  const feeds = SHAPES.map((shape, index) => [`x${index}`, { shape, data: inputData(index) }]);
  const result = evaluateModel(g.build(), Object.fromEntries(feeds));
  return [0, 1, 2].map((index) => [...result[`y${index}`].data]);
}

/** The same layer as loops over numbers. */
function plainLstm(): { sequence: number[]; cell: number[] } {
  const [x, R, hidden, cell] = [0, 1, 2, 3].map(inputData) as [
    number[],
    number[],
    number[],
    number[],
  ];
  const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));
  const sequence: number[] = [];
  for (let t = 0; t < T; t++) {
    const before = hidden.map((value, at) => value * KEEP[t * B + (at % B)]);
    for (let b = 0; b < B; b++) {
      const sum = (row: number): number => {
        let total = x[(t * 4 * H + row) * B + b];
        for (let k = 0; k < H; k++) total += R[row * H + k] * before[k * B + b];
        return total;
      };
      for (let unit = 0; unit < H; unit++) {
        const [i, o, f] = [0, 1, 2].map((gate) => sigmoid(sum(gate * H + unit)));
        const at = unit * B + b;
        cell[at] = f * cell[at] * KEEP[t * B + b] + i * Math.tanh(sum(3 * H + unit));
        hidden[at] = o * Math.tanh(cell[at]);
      }
    }
    sequence.push(...hidden);
  }
  return { sequence, cell };
}
