// Which models can compose, and what is said of those that cannot.
import { beforeAll, describe, expect, it } from 'vitest';
import {
  layers as tfLayers,
  type LayersModel as TfLayersModel,
  model as functional,
  sequential,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { parseLayersModel } from '../layers-model/read-layers-model.js';
import { saveModel, startTfjs } from '../layers-model/testing/saved-model.js';
import { TOKEN_MODELS } from './testing/token-models.js';
import { tokenNetwork } from './token-network.js';

beforeAll(startTfjs);

const V = 6;
const ids = () => tfLayers.embedding({ inputDim: V, outputDim: 4, inputShape: [null] });
const head = (activation: 'linear' | 'softmax' | 'sigmoid' = 'softmax') =>
  tfLayers.dense({ units: V, activation });
// The default, orthogonal, needs TF.js's methods of tensors.
const every = { recurrentInitializer: 'glorotUniform', returnSequences: true } as const;
const lstm = () => tfLayers.lstm({ units: 3, ...every });
type AnyLayer = Parameters<ReturnType<typeof sequential>['add']>[0];
const chain = (...layers: unknown[]) => sequential({ layers: layers as AnyLayer[] });

async function networkOf(built: TfLayersModel) {
  const { json, files } = await saveModel(built);
  return tokenNetwork(parseLayersModel(json, files));
}

it.each([
  [
    'an LSTM, softmax at every step',
    { takes: 'ids', gives: 'probabilities', everyStep: true, steps: null },
  ],
  ['a residual with normalisations', { takes: 'ids', gives: 'probabilities', everyStep: true }],
  ['the last step alone, after 10 steps', { gives: 'probabilities', everyStep: false, steps: 10 }],
  ['one-hot tokens', { takes: 'one-hot', gives: 'probabilities', everyStep: true }],
  ['no memory at all', { gives: 'logits', everyStep: true }],
])('%s is read as %j', async (name, expected) => {
  expect(tokenNetwork(await TOKEN_MODELS[name](V))).toMatchObject({
    ...expected,
    vocabularySize: V,
  });
});

describe('a model that cannot compose is refused for', () => {
  it.each<[string, () => TfLayersModel, RegExp]>([
    [
      'a Bidirectional layer',
      () => chain(ids(), tfLayers.bidirectional({ layer: lstm(), mergeMode: 'concat' }), head()),
      /^model\.json: layer "[^"]+" \(Bidirectional\) reads the sequence backwards too, so the model cannot compose; without a tokenizer/,
    ],
    [
      'a layer that goes backwards',
      () => chain(ids(), tfLayers.gru({ units: 3, ...every, goBackwards: true }), head()),
      /\(GRU\) reads the sequence backwards/,
    ],
    [
      'layers that fold the steps',
      () =>
        chain(
          tfLayers.embedding({ inputDim: V, outputDim: 4, inputShape: [5] }),
          tfLayers.flatten(),
          head(),
        ),
      /\(Flatten\) may mix the steps of a sequence/,
    ],
    [
      'a mask',
      () =>
        chain(
          tfLayers.embedding({ inputDim: V, outputDim: 4, inputShape: [null], maskZero: true }),
          lstm(),
          head(),
        ),
      /\(Embedding\) leaves out steps with token 0/,
    ],
    [
      'another end than a softmax',
      () => chain(ids(), lstm(), head('sigmoid')),
      /\(Dense\) does not end in logits or a softmax/,
    ],
    [
      'an end without a Dense layer',
      () => chain(ids(), lstm()),
      /ends in layer "[^"]+" \(LSTM\); a model of the next token ends in a Dense/,
    ],
    [
      'two softmaxes',
      () => chain(ids(), lstm(), head(), tfLayers.softmax()),
      /makes a softmax of what another one takes/,
    ],
    [
      'a vocabulary that changes on the way',
      () => chain(ids(), lstm(), tfLayers.dense({ units: V + 1, activation: 'softmax' })),
      /\(Embedding\) takes 6 tokens, and the last layer gives 7/,
    ],
    [
      'ids that are taken for numbers',
      () => chain(tfLayers.dense({ units: 3, inputShape: [4] }), head()),
      /\(Dense\) takes token ids for numbers/,
    ],
    [
      'a normalisation along the steps',
      () =>
        chain(
          tfLayers.embedding({ inputDim: V, outputDim: 4, inputShape: [5] }),
          tfLayers.batchNormalization({ axis: 1 }),
          lstm(),
          head(),
        ),
      /\(BatchNormalization\) works along the steps/,
    ],
    [
      'two inputs',
      () => {
        const inputs = [tfLayers.input({ shape: [null, V] }), tfLayers.input({ shape: [null, V] })];
        const sum = tfLayers.add().apply(inputs) as SymbolicTensor;
        return functional({ inputs, outputs: head().apply(sum) as SymbolicTensor });
      },
      /one input and one output, found 2 and 1/,
    ],
    [
      'a layer that is used twice',
      () => {
        const input = tfLayers.input({ shape: [null, V] });
        const twice = tfLayers.lstm({ units: V, ...every });
        const hidden = twice.apply(twice.apply(input)) as SymbolicTensor;
        return functional({ inputs: input, outputs: head().apply(hidden) as SymbolicTensor });
      },
      /\(LSTM\) is used in two places/,
    ],
    [
      'a state that comes from another layer',
      () => {
        const input = tfLayers.input({ shape: [null, V] });
        const [hidden, state] = tfLayers
          .gru({ units: 3, ...every, returnState: true })
          .apply(input) as SymbolicTensor[];
        const next = tfLayers.gru({ units: 3, ...every });
        const output = next.apply(hidden, { initialState: [state] }) as SymbolicTensor;
        return functional({ inputs: input, outputs: head().apply(output) as SymbolicTensor });
      },
      /reads the state of another layer/,
    ],
  ])('%s', async (_, build, message) => {
    await expect(networkOf(build())).rejects.toMatchObject({
      code: 'not-next-token',
      message: expect.stringMatching(message) as string,
    });
  });
});
