// BatchNormalization as it is at inference, and LayerNormalization.
import { tensorOf, type Value } from '@ostinato/graph';
import * as z from 'zod';
import { initializerName, parameter, weightOf } from '../convert/conversion.js';
import {
  checkRank,
  fixedSize,
  floatInput,
  layerConverter,
  passesMask,
  refuse,
} from '../convert/layer-use.js';
import { flag, number } from './options.js';

const affine = { epsilon: number(1e-3), center: flag(true), scale: flag(true) };
const wholeNumbers = z.array(z.int()).min(1);
const axes = z
  .union([z.int().transform((axis) => [axis]), wholeNumbers])
  .nullish()
  .transform((list) => list ?? [-1]);

/** (x - mean) · gamma / sqrt(variance + epsilon) + beta, with the statistics of training. */
export const batchNormalization = layerConverter({
  schema: z.object({ ...affine, axis: axes }),
  mask: passesMask,
  convert: (use) => {
    const { g, config } = use;
    checkRank(use, 2, 4);
    const x = floatInput(use);
    const last = x.shape.length - 1;
    const [axis, another] = config.axis;
    if (another !== undefined || (axis !== -1 && axis !== last)) {
      // TF.js's backends disagree there: the one in JavaScript takes the statistics of other places.
      refuse(
        use,
        `normalizes axis ${config.axis.join(', ')}; expected the last, ${last}; put Permute around it`,
      );
    }
    const size = fixedSize(use, x, -1);
    const gamma = config.scale ? weightOf(use, 'gamma', [size]).data : undefined;
    const variance = weightOf(use, 'moving_variance', [size]).data;
    const factor = use.conversion.initializer(initializerName(use, 'factor'), () => {
      const factors = variance.map(
        (value, index) => (gamma?.[index] ?? 1) / Math.sqrt(value + config.epsilon),
      );
      return tensorOf('float32', factors, [size]);
    });
    const centred = g.sub(x, parameter(use, 'moving_mean', [size]));
    const scaled = g.mul(centred, factor);
    return config.center ? g.add(scaled, parameter(use, 'beta', [size])) : scaled;
  },
});

/** (x - mean) / sqrt(variance + epsilon) · gamma + beta, with mean and variance of each element's own axes. */
export const layerNormalization = layerConverter({
  schema: z.object({ ...affine, axis: axes }),
  mask: passesMask,
  convert: (use) => {
    const { g, config } = use;
    checkRank(use, 2, 4);
    const x = floatInput(use);
    const rank = x.shape.length;
    const over = config.axis.map((axis) => (axis < 0 ? axis + rank : axis));
    if (over.some((axis) => axis < 1 || axis >= rank) || new Set(over).size < over.length) {
      refuse(use, `axis ${config.axis.join(', ')} of ${rank} axes; expected some after the first`);
    }
    const sizes = over.map((axis) => fixedSize(use, x, axis));
    // TF.js lays the weights out over the axes in their own order, whatever the order in `axis`.
    const along = x.shape.map((_, axis) => (over.includes(axis) ? fixedSize(use, x, axis) : 1));
    const centred = g.sub(x, g.reduceMean(x, over, true));
    const variance = g.reduceMean(g.mul(centred, centred), over, true);
    let result: Value = g.div(centred, g.sqrt(g.add(variance, g.float(config.epsilon))));
    if (config.scale) result = g.mul(result, parameter(use, 'gamma', sizes, along));
    if (config.center) result = g.add(result, parameter(use, 'beta', sizes, along));
    return result;
  },
});
