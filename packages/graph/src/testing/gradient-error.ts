// Holds gradients against central differences, both in float64.
import { GraphBuilder } from '../builder.js';
import { gradients } from '../gradients/gradients.js';
import type { Value } from '../ir.js';
import { countOf } from './nd-array.js';
import { evaluateModel } from './reference-evaluator.js';

/** Step of the differences: their error is about STEP^2 (truncation) + 1e-16 / STEP (rounding). */
const STEP = 1e-5;

/** Builds a function of inputs of the given shapes, weights its outputs into a scalar, and compares every gradient with
 *  finite differences.
 *  @param make gives one value of any shape, or several
 *  @returns the largest difference; about 1e-9 where the gradients are right */
export function gradientError(
  shapes: readonly (readonly number[])[],
  make: (g: GraphBuilder, inputs: Value[]) => Value | Value[],
): number {
  const g = new GraphBuilder('gradient-error');
  const inputs = shapes.map((shape, index) => g.input(`x${index}`, 'float32', shape));
  const outputs = [make(g, inputs)].flat();
  const loss = g.sum(outputs.map((output) => weightedSum(g, output)));
  g.output(loss, 'loss');
  for (const [index, slope] of gradients(g, loss, inputs).entries()) g.output(slope, `d${index}`);
  const graph = g.build();
  const point = shapes.map((shape, index) => ({
    shape,
    data: Float64Array.from({ length: countOf(shape) }, (_, at) =>
      Math.sin(3 * at + 7 * index + 1),
    ),
  }));
  const feeds = Object.fromEntries(point.map((value, index) => [`x${index}`, value]));
  const found = evaluateModel(graph, feeds);
  const lossAt = (data: Float64Array, at: number, value: number): number => {
    const here = data[at];
    data[at] = value;
    const result = evaluateModel(graph, feeds)['loss'].data[0];
    data[at] = here;
    return result;
  };
  let worst = 0;
  for (const [index, { data }] of point.entries()) {
    const slopes = found[`d${index}`].data;
    if (slopes.length !== data.length) return Number.POSITIVE_INFINITY;
    for (const [at, value] of data.entries()) {
      const rise = lossAt(data, at, value + STEP) - lossAt(data, at, value - STEP);
      worst = Math.max(worst, Math.abs(slopes[at] - rise / (2 * STEP)));
    }
  }
  return worst;
}

function weightedSum(g: GraphBuilder, value: Value): Value {
  const shape = value.shape as number[];
  const weights = Array.from({ length: countOf(shape) }, (_, at) => Math.cos(2 * at + 1));
  const weighted = g.mul(value, g.float(weights, shape));
  const axes = [...shape.keys()];
  return axes.length > 0 ? g.reduceSum(weighted, axes) : weighted;
}
