// The layers that a model of the next token may have: what each gives at a step depends on that step and earlier ones.
// Here is what each does to a sequence, and what its configuration must say to do the same at every step.
import type { Layer } from '../layers-model/types.js';
import { refuseLayer } from './refuse-layer.js';

/** What a value is along the sequence: an id for every step [B, T], numbers for every step [B, T, F], or the numbers of
 *  the last step alone [B, F]. */
export type Flow = 'ids' | 'every-step' | 'last-step';

/** One layer and what flows into it. */
interface PlacedLayer {
  readonly where: string;
  readonly layer: Layer;
  readonly inputs: readonly Flow[];
}

interface CausalLayer {
  readonly flow: Flow;
  /** Changes of the configuration, for numbers at every step whatever the layer gave in the file. */
  readonly config?: Readonly<Record<string, unknown>>;
}

type Rule = (placed: PlacedLayer) => CausalLayer;

/** Rules by the name of the class. */
export const CAUSAL_LAYERS: ReadonlyMap<string, Rule> = new Map([
  ['InputLayer', input],
  ['Embedding', embedding],
  ...['LSTM', 'GRU', 'SimpleRNN'].map((name): [string, Rule] => [name, recurrent]),
  ['Dense', ofFeatures],
  ...['Activation', 'ReLU', 'LeakyReLU', 'ELU', 'ThresholdedReLU'].map((name): [string, Rule] => [
    name,
    ofFeatures,
  ]),
  ...['Dropout', 'SpatialDropout1D', 'GaussianNoise', 'GaussianDropout', 'AlphaDropout'].map(
    (name): [string, Rule] => [name, ofFeatures],
  ),
  ['Softmax', alongFeatures((axis) => axis)],
  ['BatchNormalization', alongFeatures((axis) => axis)],
  ['LayerNormalization', alongFeatures((axis) => [axis])],
  ['Concatenate', alongFeatures((axis) => axis)],
  ...['Add', 'Average', 'Maximum', 'Minimum', 'Multiply'].map((name): [string, Rule] => [
    name,
    ofFeatures,
  ]),
  ['TimeDistributed', timeDistributed],
]);

/** Why a layer that is not in the table is refused. */
export function whyNotCausal({ network, className }: Layer): string {
  if (network) return 'is a model in the model; put its layers into the model itself';
  if (className === 'Bidirectional') return 'reads the sequence backwards too';
  return 'may mix the steps of a sequence';
}

function input({ where, layer }: PlacedLayer): CausalLayer {
  const shape = layer.config['batch_input_shape'];
  const [, , features, ...more] = Array.isArray(shape) ? (shape as (number | null)[]) : [];
  const isIds = Array.isArray(shape) && shape.length === 2;
  if (isIds) return { flow: 'ids', config: { batch_input_shape: [null, null] } };
  if (typeof features !== 'number' || more.length > 0) {
    refuseLayer(
      where,
      layer,
      'is neither token ids [batch, steps] nor one-hot tokens [batch, steps, vocabulary]',
    );
  }
  return { flow: 'every-step', config: { batch_input_shape: [null, null, features] } };
}

function embedding({ where, layer, inputs }: PlacedLayer): CausalLayer {
  if (inputs[0] !== 'ids') refuseLayer(where, layer, 'does not read the ids of the input');
  if (layer.config['mask_zero'] === true) {
    refuseLayer(where, layer, 'leaves out steps with token 0 (mask_zero)');
  }
  return { flow: 'every-step', config: { input_length: null } };
}

function recurrent({ where, layer, inputs }: PlacedLayer): CausalLayer {
  const { config } = layer;
  if (inputs.length > 1) refuseLayer(where, layer, 'takes its first state from another layer');
  if (inputs[0] !== 'every-step') refuseLayer(where, layer, 'does not read a sequence');
  if (config['go_backwards'] === true) refuseLayer(where, layer, 'reads the sequence backwards');
  return {
    flow: config['return_sequences'] === true ? 'every-step' : 'last-step',
    config: { return_sequences: true, return_state: false, stateful: true },
  };
}

function ofFeatures({ where, layer, inputs }: PlacedLayer): CausalLayer {
  const [flow] = inputs;
  if (flow === 'ids') refuseLayer(where, layer, 'takes token ids for numbers');
  if (inputs.some((other) => other !== flow)) {
    refuseLayer(where, layer, 'joins what is given at every step with what is given at the last');
  }
  return { flow };
}

/** A layer with an axis, which must be that of the features.
 *  @param written how its configuration writes an axis */
function alongFeatures(written: (axis: number) => unknown): Rule {
  return (placed) => {
    const { where, layer } = placed;
    const { flow } = ofFeatures(placed);
    const axis: unknown = layer.config['axis'] ?? -1;
    const [only, ...more] = Array.isArray(axis) ? (axis as unknown[]) : [axis];
    const last = flow === 'every-step' ? 2 : 1;
    if (more.length > 0 || (only !== -1 && only !== last)) {
      refuseLayer(where, layer, 'works along the steps of the sequence, not its features');
    }
    return { flow, config: { axis: written(-1) } };
  };
}

function timeDistributed({ where, layer, inputs }: PlacedLayer): CausalLayer {
  const { wrapped } = layer;
  if (inputs.length !== 1 || inputs[0] !== 'every-step') {
    refuseLayer(where, layer, 'does not read a sequence');
  }
  const rule = wrapped && CAUSAL_LAYERS.get(wrapped.className);
  // Inside, a layer sees one step.
  if (!rule || wrapped.className === 'InputLayer') {
    refuseLayer(where, wrapped ?? layer, 'is more than a layer of features');
  }
  rule({ where, layer: wrapped, inputs: ['last-step'] });
  return { flow: 'every-step' };
}
