// Masking: steps that hold one value throughout do not count.
import type { Value } from '@ostinato/graph';
import * as z from 'zod';
import { checkRank, floatInput, layerConverter, type LayerUse } from '../convert/layer-use.js';
import { number } from './options.js';

/** 1 where some feature of a step differs from the value, else 0; [B, T, 1]. */
function counts(use: LayerUse<{ mask_value: number }>): Value {
  const { g, config } = use;
  const x = floatInput(use);
  const differs = g.not(g.equal(x, g.float(config.mask_value)));
  return g.reduceMax(g.cast(differs, 'float32'), [x.shape.length - 1], true);
}

/** Steps that do not count become zeros. */
export const masking = layerConverter({
  schema: z.object({ mask_value: number(0) }),
  mask: (use) => {
    const { g } = use;
    return () => {
      const kept = counts(use);
      return g.cast(g.squeeze(kept, [kept.shape.length - 1]), 'bool');
    };
  },
  convert: (use) => {
    checkRank(use, 3);
    return use.g.mul(floatInput(use), counts(use));
  },
});
