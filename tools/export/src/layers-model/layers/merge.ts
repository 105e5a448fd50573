// Layers of several inputs: element by element, side by side, products.
import type { Dimension, GraphBuilder, Value } from '@ostinato/graph';
import * as z from 'zod';
import {
  describe,
  dropsMask,
  floatInput,
  layerConverter,
  type LayerConverter,
  type LayerUse,
  type Mask,
  refuse,
} from '../convert/layer-use.js';
import { flag } from './options.js';

const several = [2, Infinity] as const;

/** TF.js gives such a layer's mask one more axis, so nothing can follow it. */
function losesMask({ inputs }: LayerUse): Mask | undefined {
  return inputs.some(({ mask }) => mask !== undefined) ? 'lost' : undefined;
}

/** Inputs with fewer axes get axes of size one after the batch. */
function alignedInputs(use: LayerUse): Value[] {
  const values = use.inputs.map((_, index) => floatInput(use, index));
  const rank = Math.max(...values.map(({ shape }) => shape.length));
  return values.map((value) => {
    const missing = rank - value.shape.length;
    const axes = Array.from({ length: missing }, (_, index) => 1 + index);
    return missing === 0 ? value : use.g.unsqueeze(value, axes);
  });
}

function elementwise(
  combine: (g: GraphBuilder, values: readonly Value[]) => Value,
): LayerConverter {
  return layerConverter({
    schema: z.object({}),
    inputs: several,
    mask: losesMask,
    convert: (use) => combine(use.g, alignedInputs(use)),
  });
}

type Pairwise = (a: Value, b: Value) => Value;
const fold = (pick: (g: GraphBuilder) => Pairwise) => (g: GraphBuilder, values: readonly Value[]) =>
  values.reduce(pick(g));

const sum = fold((g) => g.add);
export const add = elementwise(sum);
export const multiply = elementwise(fold((g) => g.mul));
export const maximum = elementwise(fold((g) => g.max));
export const minimum = elementwise(fold((g) => g.min));
export const average = elementwise((g, values) =>
  g.mul(sum(g, values), g.float(1 / values.length)),
);

export const concatenate = layerConverter({
  schema: z.object({
    axis: z
      .int()
      .nullish()
      .transform((axis) => axis ?? -1),
  }),
  inputs: several,
  mask: (use) => {
    const { g, inputs, config } = use;
    const masks = inputs.map(({ mask }) => mask).filter((mask) => mask !== undefined);
    if (masks.length === 0) return undefined;
    const isLast = config.axis === -1 || config.axis === inputs[0].value.shape.length - 1;
    const made = masks.filter((mask) => mask !== 'lost');
    if (!isLast || inputs[0].value.shape.length !== 3 || made.length < masks.length) return 'lost';
    return () => made.map((mask) => mask()).reduce(g.and);
  },
  convert: (use) => {
    const { g, inputs, config } = use;
    const rank = inputs[0].value.shape.length;
    const axis = config.axis < 0 ? config.axis + rank : config.axis;
    if (axis < 1 || axis >= rank) {
      refuse(use, `axis ${config.axis} of ${rank} axes; expected one after the first`);
    }
    const isMixed = new Set(inputs.map(({ value }) => value.dataType)).size > 1;
    const values = inputs.map(({ value }, index) => (isMixed ? floatInput(use, index) : value));
    const odd = values.find(({ shape }) => shape.length !== rank);
    if (odd) refuse(use, `expected inputs of ${rank} axes, found ${describe(odd)}`);
    return g.concat(values, axis, totalSize(values.map(({ shape }) => shape[axis])));
  },
});

function totalSize(sizes: readonly Dimension[]): Dimension | undefined {
  return sizes.some((size) => typeof size === 'string') ? sizes.join('+') : undefined;
}

const axisPair = z.union([z.int(), z.tuple([z.int(), z.int()])]);
/** TF.js's K.epsilon(). */
const SMALLEST_SQUARE = 1e-7;

/** Sums of products along one axis of each of two inputs, for every element of the batch. */
export const dot = layerConverter({
  schema: z.object({ axes: axisPair, normalize: flag(false) }),
  inputs: [2, 2],
  mask: dropsMask,
  convert: (use) => {
    const { g, config } = use;
    const values = [floatInput(use, 0), floatInput(use, 1)] as const;
    const [a, b] = values;
    const isFlat = a.shape.length === 2 && b.shape.length === 2;
    const isMatrix = a.shape.length === 3 && b.shape.length === 3;
    if (!isFlat && !isMatrix) {
      refuse(
        use,
        `expected two inputs of 2 axes, or two of 3, found ${describe(a)} and ${describe(b)}`,
      );
    }
    const given = typeof config.axes === 'number' ? [config.axes, config.axes] : config.axes;
    const axes = values.map(({ shape }, index) => {
      const axis = given[index] < 0 ? given[index] + shape.length : given[index];
      if (axis < 1 || axis >= shape.length) {
        refuse(use, `axes ${given.join(', ')}; expected axes after the first`);
      }
      return axis;
    });
    const [x, y] = values.map((value, index) =>
      config.normalize ? normalized(g, value, axes[index]) : value,
    ) as [Value, Value];
    if (isFlat) return g.reduceSum(g.mul(x, y), [1], true);
    const left = axes[0] === 2 ? x : g.transpose(x, [0, 2, 1]);
    const right = axes[1] === 1 ? y : g.transpose(y, [0, 2, 1]);
    return g.matMul(left, right);
  },
});

/** Scaled to length one along an axis. */
function normalized(g: GraphBuilder, x: Value, axis: number): Value {
  const square = g.reduceSum(g.mul(x, x), [axis], true);
  return g.div(x, g.sqrt(g.max(square, g.float(SMALLEST_SQUARE))));
}
