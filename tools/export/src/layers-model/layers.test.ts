// Each layer and each of its options against TF.js itself.
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ACTIVATIONS } from './testing/activations.js';
import { convertAndCompare } from './testing/convert-and-compare.js';
import { startTfjs } from './testing/saved-model.js';

type TfLayer = tfl.layers.Layer;
type Symbolic = tfl.SymbolicTensor;

beforeAll(async () => {
  // TF.js speaks of what it does not save of the calls of some layers, which is nothing that they need.
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  await startTfjs();
});

/** A model of one input and the layers after it. */
function stack(shape: readonly (number | null)[], ...layers: TfLayer[]): tfl.LayersModel {
  const input = tfl.input({ shape: [...shape] });
  const output = layers.reduce((x, layer) => layer.apply(x) as Symbolic, input);
  return tfl.model({ inputs: input, outputs: output });
}

/** A layer that takes all of several inputs. */
function join(shapes: readonly (readonly (number | null)[])[], layer: TfLayer): tfl.LayersModel {
  const inputs = shapes.map((shape) => tfl.input({ shape: [...shape] }));
  return tfl.model({ inputs, outputs: layer.apply(inputs) as Symbolic });
}

/** Token ids of a vocabulary of 9, through an Embedding. */
function tokens(embedding: object, ...layers: TfLayer[]): tfl.LayersModel {
  const input = tfl.input({ shape: [null] });
  const table = tfl.layers.embedding({ inputDim: 9, outputDim: 3, ...embedding });
  const output = [table, ...layers].reduce((x, layer) => layer.apply(x) as Symbolic, input);
  return tfl.model({ inputs: input, outputs: output });
}

type Case = readonly [name: string, build: () => tfl.LayersModel];

/** Small enough weights keep a recurrence without bounds from growing beyond what float32 can compare. */
const SCALE = 0.3;

const expectAgreement = async (build: () => tfl.LayersModel): Promise<void> => {
  const { report } = await convertAndCompare(build(), { scale: SCALE });
  expect(report.inputsTried).toBeGreaterThanOrEqual(1);
  // Not a model that gives zeros whatever goes in.
  expect(report.largestOutput).toBeGreaterThan(1e-6);
  expect(report.largestDifference).toBeLessThanOrEqual(report.tolerance);
};

const run = (cases: readonly Case[]): void => {
  it.each(cases)('%s', async (_, build) => expectAgreement(build));
};

type Identifier = (typeof ACTIVATIONS)[number] & 'relu';

describe('activations', () => {
  const cases = ACTIVATIONS.flatMap((name): Case[] => {
    const activation = name as Identifier;
    return [
      [`${name} as a layer`, () => stack([null, 5], tfl.layers.activation({ activation }))],
      [`${name} of a Dense`, () => stack([4], tfl.layers.dense({ units: 6, activation }))],
    ];
  });
  run(cases);
});

describe('plain layers', () => {
  run([
    ['Dense on a matrix', () => stack([4], tfl.layers.dense({ units: 3 }))],
    ['Dense on a sequence', () => stack([null, 4], tfl.layers.dense({ units: 3 }))],
    ['Dense without bias', () => stack([4], tfl.layers.dense({ units: 3, useBias: false }))],
    ['Dense of 4 axes', () => stack([null, 2, 4], tfl.layers.dense({ units: 3 }))],
    ['Dropout', () => stack([4], tfl.layers.dropout({ rate: 0.5 }))],
    ['SpatialDropout1D', () => stack([null, 4], tfl.layers.spatialDropout1d({ rate: 0.5 }))],
    ['GaussianNoise', () => stack([4], tfl.layers.gaussianNoise({ stddev: 1 }))],
    ['GaussianDropout', () => stack([4], tfl.layers.gaussianDropout({ rate: 0.5 }))],
    ['AlphaDropout', () => stack([4], tfl.layers.alphaDropout({ rate: 0.5 }))],
    ['Flatten', () => stack([3, 2, 4], tfl.layers.flatten())],
    [
      'Flatten with channels first',
      () => stack([3, 2, 4], tfl.layers.flatten({ dataFormat: 'channelsFirst' })),
    ],
    ['Permute', () => stack([null, 3, 2], tfl.layers.permute({ dims: [3, 1, 2] }))],
    ['RepeatVector', () => stack([4], tfl.layers.repeatVector({ n: 3 }))],
    ['Reshape', () => stack([4, 3], tfl.layers.reshape({ targetShape: [2, 6] }))],
    ['Reshape to one axis', () => stack([4, 3], tfl.layers.reshape({ targetShape: [12] }))],
    [
      'Reshape with an open axis',
      () => stack([4, 3], tfl.layers.reshape({ targetShape: [2, -1] })),
    ],
    [
      'Reshape of a sequence of open length',
      () => stack([null, 3], tfl.layers.reshape({ targetShape: [null, 6] })),
    ],
    ['GlobalAveragePooling1D', () => stack([null, 4], tfl.layers.globalAveragePooling1d({}))],
    ['GlobalMaxPooling1D', () => stack([null, 4], tfl.layers.globalMaxPooling1d({}))],
    ['Embedding', () => tokens({})],
    [
      'Embedding of tokens [B, T, 2]',
      () => {
        const input = tfl.input({ shape: [null, 2], dtype: 'int32' });
        const table = tfl.layers.embedding({ inputDim: 5, outputDim: 3 });
        return tfl.model({ inputs: input, outputs: table.apply(input) as Symbolic });
      },
    ],
    [
      'Embedding with a length',
      () =>
        tfl.sequential({
          layers: [tfl.layers.embedding({ inputDim: 5, outputDim: 3, inputLength: 4 })],
        }),
    ],
  ]);
});

describe('activation layers', () => {
  run([
    ['ReLU', () => stack([5], tfl.layers.reLU())],
    ['ReLU with a greatest value', () => stack([5], tfl.layers.reLU({ maxValue: 0.5 }))],
    ['LeakyReLU', () => stack([5], tfl.layers.leakyReLU())],
    ['LeakyReLU with alpha', () => stack([5], tfl.layers.leakyReLU({ alpha: 0.1 }))],
    ['PReLU', () => stack([3, 5], tfl.layers.prelu())],
    ['PReLU with a shared axis', () => stack([null, 5], tfl.layers.prelu({ sharedAxes: [1] }))],
    ['ELU', () => stack([5], tfl.layers.elu())],
    ['ThresholdedReLU', () => stack([5], tfl.layers.thresholdedReLU({ theta: 0.3 }))],
    ['Softmax', () => stack([5], tfl.layers.softmax())],
    ['Softmax of the last axis', () => stack([null, 5], tfl.layers.softmax({ axis: -1 }))],
    ['Softmax of two axes', () => stack([3, 5], tfl.layers.softmax({ axis: [1, 2] }))],
  ]);
});

describe('normalization', () => {
  run([
    ['BatchNormalization', () => stack([5], tfl.layers.batchNormalization())],
    ['BatchNormalization of a sequence', () => stack([null, 5], tfl.layers.batchNormalization())],
    [
      'BatchNormalization without scale',
      () => stack([5], tfl.layers.batchNormalization({ scale: false })),
    ],
    [
      'BatchNormalization without centre, with epsilon',
      () => stack([5], tfl.layers.batchNormalization({ center: false, epsilon: 0.1 })),
    ],
    ['LayerNormalization', () => stack([null, 5], tfl.layers.layerNormalization())],
    ['LayerNormalization of a matrix', () => stack([5], tfl.layers.layerNormalization())],
    [
      'LayerNormalization of two axes',
      () => stack([3, 5], tfl.layers.layerNormalization({ axis: [1, 2] })),
    ],
    [
      'LayerNormalization of two axes in another order',
      () => stack([3, 5], tfl.layers.layerNormalization({ axis: [2, 1] })),
    ],
    [
      'LayerNormalization of axis 1',
      () => stack([3, 5], tfl.layers.layerNormalization({ axis: 1 })),
    ],
    [
      'LayerNormalization without centre and scale, with epsilon',
      () =>
        stack([5], tfl.layers.layerNormalization({ center: false, scale: false, epsilon: 0.1 })),
    ],
  ]);
});

describe('layers of several inputs', () => {
  const two = [
    [null, 4],
    [null, 4],
  ];
  run([
    ['Add', () => join(two, tfl.layers.add())],
    ['Add of three', () => join([[4], [4], [4]], tfl.layers.add())],
    [
      'Add, stretching',
      () =>
        join(
          [
            [3, 4],
            [1, 4],
          ],
          tfl.layers.add(),
        ),
    ],
    ['Add of a sequence and a vector', () => join([[3, 4], [4]], tfl.layers.add())],
    ['Multiply', () => join(two, tfl.layers.multiply())],
    ['Average of three', () => join([[4], [4], [4]], tfl.layers.average())],
    ['Maximum', () => join(two, tfl.layers.maximum())],
    ['Minimum', () => join(two, tfl.layers.minimum())],
    [
      'Concatenate',
      () =>
        join(
          [
            [null, 4],
            [null, 2],
          ],
          tfl.layers.concatenate(),
        ),
    ],
    [
      'Concatenate along axis 1',
      () =>
        join(
          [
            [3, 4],
            [2, 4],
          ],
          tfl.layers.concatenate({ axis: 1 }),
        ),
    ],
    ['Concatenate of open lengths', () => join(two, tfl.layers.concatenate({ axis: 1 }))],
    ['Dot of vectors', () => join([[4], [4]], tfl.layers.dot({ axes: 1 }))],
    [
      'Dot of vectors, normalized',
      () => join([[4], [4]], tfl.layers.dot({ axes: -1, normalize: true })),
    ],
    [
      'Dot of matrices',
      () =>
        join(
          [
            [3, 4],
            [4, 2],
          ],
          tfl.layers.dot({ axes: [2, 1] }),
        ),
    ],
    [
      'Dot of matrices along the last axes',
      () =>
        join(
          [
            [3, 4],
            [2, 4],
          ],
          tfl.layers.dot({ axes: 2 }),
        ),
    ],
    [
      'Dot of matrices along the first axes',
      () =>
        join(
          [
            [4, 3],
            [4, 2],
          ],
          tfl.layers.dot({ axes: 1 }),
        ),
    ],
  ]);
});

const RECURRENT = {
  LSTM: (args: object) =>
    tfl.layers.lstm({ recurrentInitializer: 'glorotUniform', units: 4, ...args }),
  GRU: (args: object) =>
    tfl.layers.gru({ recurrentInitializer: 'glorotUniform', units: 4, ...args }),
  SimpleRNN: (args: object) =>
    tfl.layers.simpleRNN({ recurrentInitializer: 'glorotUniform', units: 4, ...args }),
} as const;

describe.each(Object.entries(RECURRENT))('%s', (kind, make) => {
  const states = kind === 'LSTM' ? 2 : 1;
  run([
    ['last step', () => stack([null, 3], make({}))],
    ['all steps', () => stack([null, 3], make({ returnSequences: true }))],
    ['last step backwards', () => stack([null, 3], make({ goBackwards: true }))],
    [
      'all steps backwards',
      () => stack([null, 3], make({ goBackwards: true, returnSequences: true })),
    ],
    ['without bias', () => stack([null, 3], make({ useBias: false, returnSequences: true }))],
    ['unrolled', () => stack([4, 3], make({ unroll: true }))],
    ['with dropout', () => stack([null, 3], make({ dropout: 0.5, recurrentDropout: 0.5 }))],
    ['of one unit', () => stack([null, 3], make({ units: 1, returnSequences: true }))],
    [
      'with sigmoid gates',
      () => stack([null, 3], make({ recurrentActivation: 'sigmoid', returnSequences: true })),
    ],
    [
      'of another implementation',
      () => stack([null, 3], make({ implementation: 2, returnSequences: true })),
    ],
    ...ACTIVATIONS.map((activation): Case => [
      `with ${activation}, backwards`,
      () =>
        stack(
          [null, 3],
          make({
            activation,
            recurrentActivation: activation,
            goBackwards: true,
            returnSequences: true,
          }),
        ),
    ]),
    ['two, one after the other', () => stack([null, 3], make({ returnSequences: true }), make({}))],
    [
      'with its states',
      () => {
        const x = tfl.input({ shape: [null, 3] });
        const outputs = make({ returnState: true, returnSequences: true }).apply(x) as Symbolic[];
        return tfl.model({ inputs: x, outputs });
      },
    ],
    [
      'from given states, as an encoder and a decoder',
      () => {
        const [x, y] = [tfl.input({ shape: [null, 3] }), tfl.input({ shape: [null, 2] })];
        const [, ...encoded] = make({ returnState: true }).apply(x) as Symbolic[];
        const decoder = make({ returnSequences: true });
        return tfl.model({ inputs: [x, y], outputs: decoder.apply([y, ...encoded]) as Symbolic });
      },
    ],
    [
      'from given states, with an activation of its own',
      () => {
        const [x, ...given] = [
          tfl.input({ shape: [null, 3] }),
          ...Array.from({ length: states }, () => tfl.input({ shape: [4] })),
        ];
        const layer = make({ activation: 'softsign', returnSequences: true });
        return tfl.model({
          inputs: [x, ...given],
          outputs: layer.apply([x, ...given]) as Symbolic,
        });
      },
    ],
    [
      'stateful',
      () => {
        const x = tfl.input({ batchShape: [2, 3, 3] });
        const layer = make({ stateful: true, returnSequences: true });
        return tfl.model({ inputs: x, outputs: layer.apply(x) as Symbolic });
      },
    ],
    [
      'stateful, with an activation of its own',
      () => {
        const x = tfl.input({ batchShape: [2, null, 3] });
        const layer = make({ stateful: true, activation: 'elu' });
        return tfl.model({ inputs: x, outputs: layer.apply(x) as Symbolic });
      },
    ],
    ['behind a mask', () => tokens({ maskZero: true }, make({ returnSequences: true }))],
    ['behind a mask, last step', () => tokens({ maskZero: true }, make({}))],
    [
      'two behind a mask, backwards',
      () =>
        tokens(
          { maskZero: true },
          make({ returnSequences: true, goBackwards: true }),
          tfl.layers.dropout({ rate: 0.1 }),
          make({ activation: 'relu' }),
        ),
    ],
    [
      'behind Masking',
      () => stack([null, 3], tfl.layers.masking({ maskValue: 0 }), make({ returnSequences: true })),
    ],
  ]);
});

type Merge = 'concat' | 'sum' | 'ave' | 'mul';

describe.each(Object.entries(RECURRENT))('Bidirectional %s', (_kind, make) => {
  const both = (args: object, mergeMode?: Merge) =>
    tfl.layers.bidirectional({
      layer: make(args),
      ...(mergeMode === undefined ? {} : { mergeMode }),
    });
  run([
    ...(['concat', 'sum', 'ave', 'mul'] as const).flatMap((mode): Case[] => [
      [`${mode}, last step`, () => stack([null, 3], both({}, mode))],
      [`${mode}, all steps`, () => stack([null, 3], both({ returnSequences: true }, mode))],
    ]),
    ['with the default mode', () => stack([null, 3], both({}))],
    [
      'of a backward layer',
      () => stack([null, 3], both({ goBackwards: true, returnSequences: true })),
    ],
    ['with another activation', () => stack([null, 3], both({ activation: 'swish' }))],
    [
      'both directions apart',
      () => {
        const x = tfl.input({ shape: [null, 3] });
        const layer = both({ returnSequences: true }, null as unknown as Merge);
        return tfl.model({ inputs: x, outputs: layer.apply(x) as Symbolic[] });
      },
    ],
    [
      'with its states, from given states',
      () => {
        const x = tfl.input({ shape: [null, 3] });
        const [, ...states] = both({ returnState: true }).apply(x) as Symbolic[];
        const outputs = both({ returnSequences: true }, 'sum').apply([x, ...states]) as Symbolic;
        return tfl.model({ inputs: x, outputs: [outputs, ...states] });
      },
    ],
    [
      'stateful',
      () => {
        const x = tfl.input({ batchShape: [2, 3, 3] });
        const layer = both({ stateful: true, returnSequences: true });
        return tfl.model({ inputs: x, outputs: layer.apply(x) as Symbolic });
      },
    ],
    ['behind a mask', () => tokens({ maskZero: true }, both({ returnSequences: true }))],
    ['behind a mask, last step', () => tokens({ maskZero: true }, both({}))],
  ]);
});

describe('TimeDistributed', () => {
  const each = (layer: TfLayer) => tfl.layers.timeDistributed({ layer });
  run([
    ['Dense', () => stack([null, 4], each(tfl.layers.dense({ units: 3, activation: 'tanh' })))],
    ['Flatten', () => stack([null, 2, 3], each(tfl.layers.flatten()))],
    ['RepeatVector', () => stack([null, 3], each(tfl.layers.repeatVector({ n: 2 })))],
    ['BatchNormalization', () => stack([null, 3], each(tfl.layers.batchNormalization()))],
    ['LayerNormalization', () => stack([null, 2, 3], each(tfl.layers.layerNormalization()))],
    [
      'LSTM over inner sequences',
      () =>
        stack(
          [null, 4, 3],
          each(tfl.layers.lstm({ recurrentInitializer: 'glorotUniform', units: 2 })),
        ),
    ],
    [
      'LSTM over inner sequences of open length',
      () =>
        stack(
          [null, null, 3],
          each(
            tfl.layers.lstm({
              recurrentInitializer: 'glorotUniform',
              units: 2,
              returnSequences: true,
            }),
          ),
        ),
    ],
    [
      'a model',
      () =>
        stack(
          [null, 4],
          each(
            tfl.sequential({
              layers: [
                tfl.layers.dense({ units: 3, inputShape: [4] }),
                tfl.layers.batchNormalization(),
              ],
            }),
          ),
        ),
    ],
    [
      'Bidirectional over inner sequences',
      () =>
        stack(
          [null, 4, 3],
          each(
            tfl.layers.bidirectional({
              layer: tfl.layers.gru({
                recurrentInitializer: 'glorotUniform',
                units: 2,
              }),
              mergeMode: 'concat',
            }),
          ),
        ),
    ],
  ]);
});

describe('masks', () => {
  run([
    ['that nothing follows', () => tokens({ maskZero: true }, tfl.layers.dense({ units: 2 }))],
    [
      'joined along the features',
      () => {
        const x = tfl.input({ shape: [null] });
        const [a, b] = [5, 7].map(
          (inputDim) =>
            tfl.layers.embedding({ inputDim, outputDim: 2, maskZero: true }).apply(x) as Symbolic,
        );
        const joined = tfl.layers.concatenate().apply([a, b]) as Symbolic;
        const output = tfl.layers
          .lstm({ recurrentInitializer: 'glorotUniform', units: 3, returnSequences: true })
          .apply(joined) as Symbolic;
        return tfl.model({ inputs: x, outputs: output });
      },
    ],
    [
      'of another value',
      () =>
        stack(
          [null, 2],
          tfl.layers.masking({ maskValue: 0.5 }),
          tfl.layers.lstm({ recurrentInitializer: 'glorotUniform', units: 3 }),
        ),
    ],
  ]);
});

describe('models', () => {
  run([
    [
      'Sequential',
      () =>
        tfl.sequential({
          layers: [
            tfl.layers.embedding({ inputDim: 9, outputDim: 4 }),
            tfl.layers.lstm({
              recurrentInitializer: 'glorotUniform',
              units: 5,
              returnSequences: true,
            }),
            tfl.layers.dense({ units: 9, activation: 'softmax' }),
          ],
        }),
    ],
    [
      'Sequential that starts with a model',
      () =>
        tfl.sequential({
          layers: [
            tfl.sequential({ layers: [tfl.layers.dense({ units: 3, inputShape: [4] })] }),
            tfl.layers.dense({ units: 2 }),
          ],
        }),
    ],
    [
      'a shared layer',
      () => {
        const [a, b] = [tfl.input({ shape: [null, 3] }), tfl.input({ shape: [null, 3] })];
        const shared = tfl.layers.lstm({ recurrentInitializer: 'glorotUniform', units: 4 });
        const outputs = [a, b].map((x) => shared.apply(x) as Symbolic);
        return tfl.model({
          inputs: [a, b],
          outputs: tfl.layers.concatenate().apply(outputs) as Symbolic,
        });
      },
    ],
    [
      'a model used twice within another',
      () => {
        const inner = stack(
          [null, 3],
          tfl.layers.gru({
            recurrentInitializer: 'glorotUniform',
            units: 3,
            returnSequences: true,
          }),
        );
        const x = tfl.input({ shape: [null, 3] });
        const once = inner.apply(x) as Symbolic;
        return tfl.model({ inputs: x, outputs: [once, inner.apply(once) as Symbolic] });
      },
    ],
    [
      'several inputs and outputs, and a branch that joins again',
      () => {
        const [a, b] = [tfl.input({ shape: [4] }), tfl.input({ shape: [4] })];
        const left = tfl.layers.dense({ units: 3 }).apply(a) as Symbolic;
        const right = tfl.layers.dense({ units: 3 }).apply(b) as Symbolic;
        const sum = tfl.layers.add().apply([left, right]) as Symbolic;
        const product = tfl.layers.multiply().apply([sum, left]) as Symbolic;
        return tfl.model({ inputs: [a, b], outputs: [product, sum, right] });
      },
    ],
    [
      'an output that is an input',
      () => {
        const x = tfl.input({ shape: [4] });
        return tfl.model({
          inputs: x,
          outputs: [x, tfl.layers.dense({ units: 2 }).apply(x) as Symbolic],
        });
      },
    ],
  ]);
});
