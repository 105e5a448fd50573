// Embedding: rows of a table.
import * as z from 'zod';
import { parameter } from '../convert/conversion.js';
import { layerConverter, type LayerUse } from '../convert/layer-use.js';
import { flag, noActivityRegularizer, size } from './options.js';

/** Token ids as integers; TF.js cuts fractions off. */
function tokenIds({ g, inputs }: LayerUse) {
  const [{ value }] = inputs;
  return value.dataType === 'float32' ? g.cast(value, 'int32') : value;
}

/** Ids [B, ...] -> [B, ..., E]. With `mask_zero`, steps of the token 0 do not count. */
export const embedding = layerConverter({
  schema: z.object({
    input_dim: size,
    output_dim: size,
    mask_zero: flag(false),
    activity_regularizer: noActivityRegularizer,
  }),
  mask: (use) => {
    const { g, config } = use;
    if (!config.mask_zero) return undefined;
    const ids = tokenIds(use);
    return () => g.not(g.equal(ids, g.constant(ids.dataType as 'int32' | 'int64', 0)));
  },
  convert: (use) => {
    const { input_dim: entries, output_dim: width } = use.config;
    return use.g.gather(parameter(use, 'embeddings', [entries, width]), tokenIds(use));
  },
});
