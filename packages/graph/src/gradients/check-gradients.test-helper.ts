// Holds gradients against central differences, both in float64.
import { expect } from 'vitest';
import { GraphBuilder } from '../builder.js';
import type { Value } from '../ir.js';
import { evaluateModel } from '../testing/reference-evaluator.js';
import { gradients } from './gradients.js';

/** Step of the differences: their error is about STEP^2 (truncation) + 1e-16 / STEP (rounding). */
const STEP = 1e-5;
const TOLERANCE = 1e-8;

/** Builds a function of inputs of the given shapes, weights its outputs into a scalar, and compares every gradient.
 *  @param make gives one value of any shape, or several */
export function checkGradients(
  shapes: readonly (readonly number[])[],
  make: (g: GraphBuilder, inputs: Value[]) => Value | Value[],
): void {
  const g = new GraphBuilder('test');
  const inputs = shapes.map((shape, index) => g.input(`x${index}`, 'float32', shape));
  const outputs = [make(g, inputs)].flat();
  const loss = g.sum(outputs.map((output) => weightedSum(g, output)));
  g.output(loss, 'loss');
  for (const [index, slope] of gradients(g, loss, inputs).entries()) {
    expect(slope.shape).toEqual(shapes[index]);
    g.output(slope, `d${index}`);
  }
  const graph = g.build();
  const point = shapes.map((shape, index) => ({
    shape,
    data: Float64Array.from({ length: count(shape) }, (_, at) => Math.sin(3 * at + 7 * index + 1)),
  }));
  const feeds = Object.fromEntries(point.map((value, index) => [`x${index}`, value]));
  const found = evaluateModel(graph, feeds);
  const lossAt = (): number => evaluateModel(graph, feeds)['loss']!.data[0]!;
  for (const [index, { data }] of point.entries()) {
    for (let at = 0; at < data.length; at++) {
      const here = data[at]!;
      data[at] = here + STEP;
      const above = lossAt();
      data[at] = here - STEP;
      const below = lossAt();
      data[at] = here;
      const slope = found[`d${index}`]!.data[at]!;
      expect(Math.abs(slope - (above - below) / (2 * STEP))).toBeLessThan(TOLERANCE);
    }
  }
}

function weightedSum(g: GraphBuilder, value: Value): Value {
  const shape = value.shape as number[];
  const weights = Array.from({ length: count(shape) }, (_, at) => Math.cos(2 * at + 1));
  const axes = shape.map((_, axis) => axis);
  const weighted = g.mul(value, g.float(weights, shape));
  return axes.length > 0 ? g.reduceSum(weighted, axes) : weighted;
}

const count = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);
