// Activations that are layers of their own, with settings or weights.
import * as z from 'zod';
import { parameter } from '../convert/conversion.js';
import {
  dropsMask,
  fixedSize,
  floatInput,
  layerConverter,
  passesMask,
  refuse,
} from '../convert/layer-use.js';
import { number } from './options.js';

const zero = (name: string) =>
  z
    .literal(0, { error: `TF.js takes no ${name}; replace the layer before the model is saved` })
    .nullish();

export const reluLayer = layerConverter({
  schema: z.object({
    max_value: z.number().nullish(),
    negative_slope: zero('negative_slope'),
    threshold: zero('threshold'),
  }),
  mask: passesMask,
  convert: (use) => {
    const { max_value: most } = use.config;
    const x = floatInput(use);
    return most === null || most === undefined ? use.g.relu(x) : use.g.clip(x, 0, most);
  },
});

export const leakyRelu = layerConverter({
  schema: z.object({
    alpha: number(0.3),
    negative_slope: z
      .undefined({
        error: 'the name that Keras 3 has for alpha, and TF.js does not read; rename it',
      })
      .optional(),
  }),
  mask: dropsMask,
  convert: (use) => use.g.leakyRelu(floatInput(use), use.config.alpha),
});

/** One slope for each place; one along `shared_axes`. */
export const pRelu = layerConverter({
  schema: z.object({
    shared_axes: z
      .union([
        z
          .int()
          .positive()
          .transform((axis) => [axis]),
        z.array(z.int().positive()),
      ])
      .nullish(),
  }),
  mask: passesMask,
  convert: (use) => {
    const x = floatInput(use);
    const shared = new Set(use.config.shared_axes ?? []);
    const shape = x.shape
      .slice(1)
      .map((_, index) => (shared.has(index + 1) ? 1 : fixedSize(use, x, index + 1)));
    return use.g.pRelu(x, parameter(use, 'alpha', shape));
  },
});

export const eluLayer = layerConverter({
  schema: z.object({
    alpha: z.literal(1, { error: 'TF.js has ELU with alpha = 1 only' }).nullish(),
  }),
  mask: dropsMask,
  convert: (use) => use.g.elu(floatInput(use)),
});

export const thresholdedRelu = layerConverter({
  schema: z.object({ theta: number(1) }),
  mask: dropsMask,
  convert: (use) => use.g.thresholdedRelu(floatInput(use), use.config.theta),
});

/** TF.js's own default is axis 1. */
export const softmaxLayer = layerConverter({
  schema: z.object({
    axis: z
      .union([z.int().transform((axis) => [axis]), z.array(z.int()).min(1)])
      .nullish()
      .transform((axes) => axes ?? [1]),
  }),
  mask: dropsMask,
  convert: (use) => {
    const { g, conversion } = use;
    if (conversion.hasMasks) {
      refuse(use, 'follows a mask in a way of its own; use the activation "softmax", or no mask');
    }
    const x = floatInput(use);
    const rank = x.shape.length;
    const axes = use.config.axis.map((axis) => (axis < 0 ? axis + rank : axis));
    if (axes.some((axis) => axis < 1 || axis >= rank)) {
      refuse(use, `axis ${axes.join(', ')} of ${rank} axes; expected one after the first`);
    }
    if (axes.length === 1) {
      if (axes[0] === rank - 1) return g.softmax(x, rank - 1);
      refuse(use, `TF.js takes the last axis only, found axis ${axes[0]} of ${rank} axes`);
    }
    const powers = g.exp(g.sub(x, g.reduceMax(x, axes, true)));
    return g.div(powers, g.reduceSum(powers, axes, true));
  },
});
