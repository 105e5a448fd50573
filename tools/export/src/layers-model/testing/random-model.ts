// Models of layers drawn at random, for properties: every recipe gives a model that TF.js can build.
import * as tfl from '@tensorflow/tfjs-layers';
import * as fc from 'fast-check';
import { ACTIVATIONS } from './activations.js';

type Symbolic = tfl.SymbolicTensor;
type Layer = tfl.layers.Layer;

/** One layer in numbers; what they mean depends on what comes before. */
interface Step {
  readonly kind: number;
  readonly size: number;
  readonly option: number;
  /** Which of the tensors so far it reads; the last one in a Sequential model. */
  readonly source: number;
  readonly other: number;
}

export interface Recipe {
  readonly isSequential: boolean;
  readonly start: 'tokens' | 'sequence' | 'open sequence' | 'vector';
  readonly steps: readonly Step[];
  readonly seed: number;
}

const MOST_FEATURES = 24;

export const recipes: fc.Arbitrary<Recipe> = fc.record({
  isSequential: fc.boolean(),
  start: fc.constantFrom('tokens', 'sequence', 'open sequence', 'vector'),
  steps: fc.array(
    fc.record({
      kind: fc.nat(1000),
      size: fc.integer({ min: 1, max: 5 }),
      option: fc.nat(63),
      source: fc.nat(1000),
      other: fc.nat(1000),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  seed: fc.nat(2 ** 31),
});

type Activation = 'relu';

const has = (option: number, bit: number): boolean => ((option >> bit) & 1) === 1;
const activationOf = ({ option, kind }: Step): Activation =>
  ACTIVATIONS[(option + kind) % ACTIVATIONS.length] as Activation;
/** Half of the recurrent layers have the activations of ONNX's operators. */
const recurrentActivationOf = (step: Step): Activation =>
  (has(step.option, 5)
    ? activationOf(step)
    : ['tanh', 'relu', 'sigmoid'][step.option % 3]) as Activation;

function recurrent(step: Step): Layer {
  const { size: units, option, kind } = step;
  const args = {
    units,
    returnSequences: has(option, 0),
    recurrentInitializer: 'glorotUniform' as const,
    goBackwards: has(option, 1),
    useBias: !has(option, 2),
    activation: recurrentActivationOf(step),
    ...(has(option, 3) ? { recurrentActivation: 'sigmoid' as const } : {}),
  };
  const makers = [tfl.layers.lstm, tfl.layers.gru, tfl.layers.simpleRNN] as const;
  const layer = makers[kind % 3](args);
  if (!has(option, 4)) return layer;
  const mergeMode = (['concat', 'sum', 'ave', 'mul'] as const)[units % 4];
  return tfl.layers.bidirectional({
    layer: layer,
    mergeMode,
  });
}

/** Layers for any number of axes. */
const ANYWHERE: readonly ((step: Step) => Layer)[] = [
  (step) =>
    tfl.layers.dense({
      units: step.size,
      useBias: has(step.option, 0),
      activation: activationOf(step),
    }),
  (step) => tfl.layers.activation({ activation: activationOf(step) }),
  ({ option }) => tfl.layers.batchNormalization({ scale: has(option, 0), center: has(option, 1) }),
  ({ option }) => tfl.layers.layerNormalization({ scale: has(option, 0), center: has(option, 1) }),
  () => tfl.layers.dropout({ rate: 0.5 }),
  () => tfl.layers.leakyReLU({ alpha: 0.2 }),
  () => tfl.layers.elu(),
  ({ size }) => tfl.layers.thresholdedReLU({ theta: size / 10 }),
  ({ size }) => tfl.layers.reLU({ maxValue: size / 5 }),
  () => tfl.layers.softmax({ axis: -1 }),
];

const ON_SEQUENCES: readonly ((step: Step) => Layer)[] = [
  recurrent,
  recurrent,
  recurrent,
  recurrent,
  (step) =>
    tfl.layers.timeDistributed({
      layer: tfl.layers.dense({ units: step.size, activation: activationOf(step) }),
    }),
  ({ option }) =>
    tfl.layers.timeDistributed({ layer: tfl.layers.layerNormalization({ scale: has(option, 0) }) }),
  () => tfl.layers.prelu({ sharedAxes: [1] }),
  () => tfl.layers.globalAveragePooling1d({}),
  () => tfl.layers.globalMaxPooling1d({}),
];

const ON_FIXED_SEQUENCES: readonly ((step: Step) => Layer)[] = [
  () => tfl.layers.flatten(),
  () => tfl.layers.permute({ dims: [2, 1] }),
];

const ON_VECTORS: readonly ((step: Step) => Layer)[] = [
  ({ size }) => tfl.layers.repeatVector({ n: size }),
  () => tfl.layers.prelu(),
];

function layerFor(step: Step, { shape }: Symbolic): Layer {
  const isSequence = shape.length === 3;
  const isFixed = shape.slice(1).every((size) => size !== null);
  const features = shape.at(-1) ?? 1;
  const makers = [
    ...ANYWHERE,
    ...(isSequence ? ON_SEQUENCES : ON_VECTORS),
    ...(isSequence && isFixed && features * (shape[1] ?? 1) <= MOST_FEATURES
      ? ON_FIXED_SEQUENCES
      : []),
    ...(!isSequence ? [({ size }: Step) => reshapeOf(features, size)] : []),
  ];
  return makers[step.kind % makers.length](step);
}

/** A vector as a matrix, of as many rows as divide it. */
function reshapeOf(features: number, size: number): Layer {
  const rows = features % size === 0 ? size : 1;
  return tfl.layers.reshape({ targetShape: [rows, features / rows] });
}

const MERGES = [
  () => tfl.layers.add(),
  () => tfl.layers.multiply(),
  () => tfl.layers.average(),
  () => tfl.layers.maximum(),
  () => tfl.layers.minimum(),
  () => tfl.layers.concatenate(),
] as const;

const sameShape = (a: Symbolic, b: Symbolic): boolean => a.shape.join() === b.shape.join();

/** Builds the model of a recipe, without weights of its own yet. */
export function buildModel({ isSequential, start, steps }: Recipe): tfl.LayersModel {
  const { input, first } = startOf(start);
  const tensors: Symbolic[] = [first];
  let shared: { readonly layer: Layer; readonly source: number } | undefined;
  for (const step of steps) {
    const last = tensors.at(-1)!;
    const source = isSequential ? last : tensors[step.source % tensors.length];
    // Not with itself: TF.js frees a tensor that a layer reads twice while others still need it.
    const partners = tensors.filter((other) => other !== source && sameShape(other, source));
    const partner = partners[step.other % Math.max(1, partners.length)];
    if (!isSequential && partner && step.kind % 4 === 0) {
      const merge = MERGES[step.option % MERGES.length]();
      tensors.push(merge.apply([source, partner]) as Symbolic);
    } else if (
      !isSequential &&
      has(step.option, 5) &&
      shared &&
      canShare(shared, tensors, source)
    ) {
      tensors.push(shared.layer.apply(source) as Symbolic);
      shared = undefined;
    } else {
      const layer = layerFor(step, source);
      tensors.push(layer.apply(source) as Symbolic);
      shared = { layer, source: tensors.indexOf(source) };
    }
  }
  const outputs = isSequential ? [tensors.at(-1)!] : tensors.slice(-2);
  if (!isSequential) return tfl.model({ inputs: input, outputs });
  return asSequential(tfl.model({ inputs: input, outputs }));
}

function startOf(start: Recipe['start']): { input: Symbolic; first: Symbolic } {
  if (start === 'vector') return same(tfl.input({ shape: [5] }));
  if (start === 'sequence') return same(tfl.input({ shape: [4, 3] }));
  if (start === 'open sequence') return same(tfl.input({ shape: [null, 3] }));
  const input = tfl.input({ shape: [null], dtype: 'int32' });
  const embedding = tfl.layers.embedding({ inputDim: 7, outputDim: 3 });
  return { input, first: embedding.apply(input) as Symbolic };
}

const same = (input: Symbolic) => ({ input, first: input });

/** A layer takes a second tensor of the same shape, its weights being made for that. The tensor must not come before the
 *  first one: TF.js would load the two calls in the other order. */
function canShare(
  { source }: { readonly source: number },
  tensors: readonly Symbolic[],
  other: Symbolic,
): boolean {
  return tensors.indexOf(other) >= source && sameShape(tensors[source], other);
}

/** The same chain of layers, saved in the other format. */
function asSequential(model: tfl.LayersModel): tfl.LayersModel {
  const layers = model.layers.map((layer) => ({
    className: layer.getClassName(),
    config: layer.getConfig(),
  }));
  return tfl.Sequential.fromConfig(tfl.Sequential, {
    name: 'chain',
    layers,
  }) as tfl.LayersModel;
}
