// Dense, Activation, and the layers that move elements without changing them.
import type { Dimension, Value } from '@ostinato/graph';
import * as z from 'zod';
import { parameter } from '../convert/conversion.js';
import {
  checkRank,
  describe,
  dropsMask,
  fixedSize,
  floatInput,
  layerConverter,
  type LayerUse,
  passesMask,
  refuse,
} from '../convert/layer-use.js';
import { activate, activationNamed, activationOption } from './activations.js';
import { flag, noActivityRegularizer, size } from './options.js';

const activation = activationOption('linear');

/** activation(x W + b) along the last axis. */
export const dense = layerConverter({
  schema: z.object({
    units: size,
    activation,
    use_bias: flag(true),
    activity_regularizer: noActivityRegularizer,
  }),
  mask: passesMask,
  convert: (use) => {
    const { g, config } = use;
    checkRank(use, 2, Infinity);
    const x = floatInput(use);
    const kernel = parameter(use, 'kernel', [fixedSize(use, x, -1), config.units]);
    const product = g.matMul(x, kernel);
    const sum = config.use_bias ? g.add(product, parameter(use, 'bias', [config.units])) : product;
    return activate(g, activationNamed(use, config.activation), sum);
  },
});

export const activationLayer = layerConverter({
  schema: z.object({ activation }),
  mask: passesMask,
  convert: (use) => activate(use.g, activationNamed(use, use.config.activation), floatInput(use)),
});

/** Layers that do nothing at inference. */
export const passThrough = layerConverter({
  schema: z.object({}),
  mask: passesMask,
  convert: ({ inputs }) => inputs[0].value,
});

/** All axes but the first as one. */
export const flatten = layerConverter({
  schema: z.object({ data_format: z.string().nullish() }),
  mask: dropsMask,
  convert: (use) => {
    const { g, config } = use;
    checkRank(use, 3, Infinity);
    const [{ value }] = use.inputs;
    const axes = value.shape.map((_, axis) => axis);
    const isChannelsFirst = /^channels_?first$/i.test(config.data_format ?? '');
    const x = isChannelsFirst ? g.transpose(value, [0, ...axes.slice(2), 1]) : value;
    const width = axes
      .slice(1)
      .map((axis) => fixedSize(use, x, axis))
      .reduce((a, b) => a * b, 1);
    return g.reshape(x, [0, width], [value.shape[0], width]);
  },
});

export const permute = layerConverter({
  schema: z.object({ dims: z.array(z.int().positive()).min(1).max(7) }),
  mask: dropsMask,
  convert: (use) => {
    const { dims } = use.config;
    const [{ value }] = use.inputs;
    checkRank(use, dims.length + 1);
    if (dims.toSorted((a, b) => a - b).some((axis, index) => axis !== index + 1)) {
      refuse(use, `dims [${dims.join(', ')}] is no order of the axes 1 to ${dims.length}`);
    }
    return use.g.transpose(value, [0, ...dims]);
  },
});

/** [B, F] -> [B, n, F] */
export const repeatVector = layerConverter({
  schema: z.object({ n: size }),
  mask: dropsMask,
  convert: (use) => {
    const { g, config } = use;
    checkRank(use, 2);
    return g.expand(g.unsqueeze(use.inputs[0].value, [1]), [1, config.n, 1]);
  },
});

export const reshape = layerConverter({
  schema: z.object({
    // Not known before: null, or any negative number.
    target_shape: z
      .array(
        z
          .int()
          .refine((value) => value !== 0, 'expected no zero')
          .nullable(),
      )
      .max(7),
  }),
  mask: dropsMask,
  convert: (use) => {
    const [{ value }] = use.inputs;
    const target = use.config.target_shape.map((dimension) =>
      dimension === null || dimension < 0 ? -1 : dimension,
    );
    const shape = reshaped(use, value, target);
    // A zero keeps the batch.
    return use.g.reshape(value, [0, ...target], [value.shape[0], ...shape]);
  },
});

/** The sizes after the first, worked out where the input's are known. */
function reshaped(use: LayerUse, value: Value, target: readonly number[]): Dimension[] {
  const open = target.indexOf(-1);
  const known = target.reduce((product, dimension) => product * Math.abs(dimension), 1);
  const from = value.shape.slice(1);
  const total = from.reduce<number | undefined>(
    (product, dimension) =>
      product === undefined || typeof dimension === 'string' ? undefined : product * dimension,
    1,
  );
  const rest = total === undefined ? undefined : total / known;
  const fits = rest === undefined || (open < 0 ? rest === 1 : Number.isInteger(rest));
  if (!fits || target.indexOf(-1, open + 1) > open) {
    refuse(
      use,
      `${describe(value)} does not reshape to [${target.join(', ')}] after its first axis`,
    );
  }
  return target.map((dimension, axis) =>
    dimension === -1 ? (rest ?? `${use.layer.name}.${axis + 1}`) : dimension,
  );
}
