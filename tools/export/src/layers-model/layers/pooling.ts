// One number for each feature of a whole sequence.
import * as z from 'zod';
import { checkRank, dropsMask, floatInput, layerConverter } from '../convert/layer-use.js';
import { off } from './options.js';

const schema = z.object({
  keepdims: off('TF.js always drops the axis; add a Reshape instead'),
  data_format: z
    .enum(['channels_last', 'channelsLast'], { error: 'TF.js pools [batch, steps, features] only' })
    .nullish(),
});

/** [B, T, F] -> [B, F] */
export const globalAveragePooling1D = layerConverter({
  schema,
  mask: dropsMask,
  convert: (use) => {
    checkRank(use, 3);
    return use.g.reduceMean(floatInput(use), [1]);
  },
});

/** [B, T, F] -> [B, F] */
export const globalMaxPooling1D = layerConverter({
  schema,
  mask: dropsMask,
  convert: (use) => {
    checkRank(use, 3);
    return use.g.reduceMax(floatInput(use), [1]);
  },
});
