import { describe, expect, it } from 'vitest';
import { GraphBuilder } from './builder.js';
import { adamW, clipFactor, globalNorm } from './optimizer.js';
import { evaluateModel } from './testing/reference-evaluator.js';

describe('clipFactor', () => {
  it.each([
    ['leaves a short gradient alone', [0.3, 0.4], 1],
    ['brings a long one down to the maximum', [3, 4], 0.2],
    ['does not divide a zero gradient by zero', [0, 0], 1],
  ])('%s', (_, values, expected) => {
    const g = new GraphBuilder('test');
    const parts = values.map((value) => g.float([value]));
    g.output(clipFactor(g, globalNorm(g, parts), 1), 'factor');
    expect(evaluateModel(g.build(), {})['factor'].data[0]).toBeCloseTo(expected, 5);
  });
});

describe('adamW', () => {
  const [beta1, beta2, epsilon, rate] = [0.9, 0.99, 1e-8, 0.01];

  function step(weightDecay: number, gradientFactor: number) {
    const g = new GraphBuilder('test');
    const before = {
      parameter: g.float([1, -2]),
      first: g.float([0.5, 0]),
      second: g.float([0.25, 0]),
    };
    const schedule = {
      learningRate: g.float(rate),
      correctedRate: g.float(rate / (1 - beta1 ** 3)),
      secondCorrection: g.float(1 / (1 - beta2 ** 3)),
      gradientFactor: g.float(gradientFactor),
    };
    const options = { beta1, beta2, epsilon, weightDecay };
    const after = adamW(g, before, g.float([2, -4]), schedule, options);
    g.output(after.parameter, 'parameter');
    g.output(after.first, 'first');
    g.output(after.second, 'second');
    const outputs = evaluateModel(g.build(), {});
    return (name: string) => [...outputs[name].data];
  }

  it.each([
    [0, 1],
    [0.1, 1],
    [0, 0.5],
  ])('with decay %d and gradient factor %d is the step of the paper', (decay, factor) => {
    const found = step(decay, factor);
    for (const [index, [parameter, first, second, slope]] of [
      [1, 0.5, 0.25, 2],
      [-2, 0, 0, -4],
    ].entries() as Iterable<[number, [number, number, number, number]]>) {
      const gradient = slope * factor;
      const m = beta1 * first + (1 - beta1) * gradient;
      const v = beta2 * second + (1 - beta2) * gradient ** 2;
      const update = m / (1 - beta1 ** 3) / (Math.sqrt(v / (1 - beta2 ** 3)) + epsilon);
      // Seven digits: constants are stored as float32.
      expect(found('first')[index]).toBeCloseTo(m, 7);
      expect(found('second')[index]).toBeCloseTo(v, 7);
      const expected = parameter * (1 - rate * decay) - rate * update;
      expect(found('parameter')[index]).toBeCloseTo(expected, 6);
    }
  });
});
