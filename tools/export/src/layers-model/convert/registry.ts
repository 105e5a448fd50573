// Which class of layers is converted by what.
import {
  eluLayer,
  leakyRelu,
  pRelu,
  reluLayer,
  softmaxLayer,
  thresholdedRelu,
} from '../layers/advanced-activations.js';
import { bidirectional } from '../layers/bidirectional.js';
import {
  activationLayer,
  dense,
  flatten,
  passThrough,
  permute,
  repeatVector,
  reshape,
} from '../layers/core.js';
import { embedding } from '../layers/embedding.js';
import { masking } from '../layers/masking.js';
import { add, average, concatenate, dot, maximum, minimum, multiply } from '../layers/merge.js';
import { batchNormalization, layerNormalization } from '../layers/normalization.js';
import { globalAveragePooling1D, globalMaxPooling1D } from '../layers/pooling.js';
import { CELLS } from '../layers/recurrent/cells.js';
import { recurrentLayer } from '../layers/recurrent/recurrent-layer.js';
import { timeDistributed } from '../layers/time-distributed.js';
import type { LayerConverter } from './layer-use.js';

/** Converters by TF.js's name of the class. */
export const LAYER_CONVERTERS: ReadonlyMap<string, LayerConverter> = new Map<
  string,
  LayerConverter
>([
  ['Activation', activationLayer],
  ['Add', add],
  ['AlphaDropout', passThrough],
  ['Average', average],
  ['BatchNormalization', batchNormalization],
  ['Bidirectional', bidirectional],
  ['Concatenate', concatenate],
  ['Dense', dense],
  ['Dot', dot],
  ['Dropout', passThrough],
  ['ELU', eluLayer],
  ['Embedding', embedding],
  ['Flatten', flatten],
  ['GaussianDropout', passThrough],
  ['GaussianNoise', passThrough],
  ['GlobalAveragePooling1D', globalAveragePooling1D],
  ['GlobalMaxPooling1D', globalMaxPooling1D],
  ['LayerNormalization', layerNormalization],
  ['LeakyReLU', leakyRelu],
  ['Masking', masking],
  ['Maximum', maximum],
  ['Minimum', minimum],
  ['Multiply', multiply],
  ['PReLU', pRelu],
  ['Permute', permute],
  ['ReLU', reluLayer],
  ['RepeatVector', repeatVector],
  ['Reshape', reshape],
  ['Softmax', softmaxLayer],
  ['SpatialDropout1D', passThrough],
  ['ThresholdedReLU', thresholdedRelu],
  ['TimeDistributed', timeDistributed],
  ...[...CELLS].map(([name, cell]): [string, LayerConverter] => [name, recurrentLayer(cell)]),
]);
