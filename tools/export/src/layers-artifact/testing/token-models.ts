// Small models of the next token, built in TF.js with random weights, as the exporter reads them.
import {
  layers as tfLayers,
  model as functional,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { parseLayersModel } from '../../layers-model/read-layers-model.js';
import { randomizeWeights, saveModel } from '../../layers-model/testing/saved-model.js';
import type { LayersModel } from '../../layers-model/types.js';

type Apply = (x: SymbolicTensor) => SymbolicTensor;

const apply = (layer: ReturnType<typeof tfLayers.dense>, x: SymbolicTensor | SymbolicTensor[]) =>
  layer.apply(x) as SymbolicTensor;

const dense =
  (units: number, activation: 'linear' | 'softmax' | 'tanh' = 'linear'): Apply =>
  (x) =>
    apply(tfLayers.dense({ units, activation }), x);

/** Token ids through an Embedding and what comes behind it. */
async function ofIds(vocabulary: number, behind: Apply, steps: number | null = null) {
  const ids = tfLayers.input({ shape: [steps], name: 'ids' });
  const embedded = apply(tfLayers.embedding({ inputDim: vocabulary, outputDim: 16 }) as never, ids);
  return finished(ids, behind(embedded));
}

async function finished(input: SymbolicTensor, output: SymbolicTensor): Promise<LayersModel> {
  const built = functional({ inputs: input, outputs: output });
  randomizeWeights(built, 5);
  const { json, files } = await saveModel(built);
  built.dispose();
  return parseLayersModel(json, files);
}

const chain =
  (...steps: Apply[]): Apply =>
  (x) =>
    steps.reduce((value, step) => step(value), x);
const layer =
  (make: () => unknown): Apply =>
  (x) =>
    apply(make() as never, x);
// The default, orthogonal, needs TF.js's methods of tensors; the weights are replaced anyway.
const last = { recurrentInitializer: 'glorotUniform' } as const;
const every = { ...last, returnSequences: true } as const;

/** By what is in them; each takes a vocabulary size. */
export const TOKEN_MODELS: Readonly<Record<string, (vocabulary: number) => Promise<LayersModel>>> =
  {
    'an LSTM, softmax at every step': (V) =>
      ofIds(
        V,
        chain(
          layer(() => tfLayers.lstm({ units: 12, ...every })),
          dense(V, 'softmax'),
        ),
      ),
    'LSTM, GRU and SimpleRNN of three sizes': (V) =>
      ofIds(
        V,
        chain(
          layer(() => tfLayers.lstm({ units: 32, recurrentActivation: 'sigmoid', ...every })),
          layer(() => tfLayers.gru({ units: 16, activation: 'softsign', ...every })),
          layer(() => tfLayers.dropout({ rate: 0.3 })),
          layer(() => tfLayers.simpleRNN({ units: 48, activation: 'hardSigmoid', ...every })),
          dense(V),
        ),
      ),
    'a residual with normalisations': (V) =>
      ofIds(V, (embedded) => {
        const first = layer(() => tfLayers.lstm({ units: 16, ...every }))(embedded);
        const added = apply(tfLayers.add() as never, [embedded, first]);
        const normal = layer(() => tfLayers.batchNormalization())(
          layer(() => tfLayers.layerNormalization())(added),
        );
        const second = layer(() => tfLayers.gru({ units: 16, ...every }))(normal);
        const joined = apply(tfLayers.concatenate() as never, [normal, second]);
        const hidden = layer(() =>
          tfLayers.timeDistributed({ layer: tfLayers.dense({ units: 32, activation: 'tanh' }) }),
        )(joined);
        const logits = layer(() =>
          tfLayers.timeDistributed({ layer: tfLayers.dense({ units: V }) }),
        )(hidden);
        return layer(() => tfLayers.softmax({ axis: 2 }))(logits);
      }),
    'the last step alone, after 10 steps': (V) =>
      ofIds(
        V,
        chain(
          layer(() => tfLayers.gru({ units: 8, ...every })),
          layer(() => tfLayers.lstm({ units: 8, ...last })),
          layer(() => tfLayers.batchNormalization({ axis: 1 })),
          dense(V),
          layer(() => tfLayers.activation({ activation: 'softmax' })),
        ),
        10,
      ),
    'the last step alone, of any number': (V) =>
      ofIds(
        V,
        chain(
          layer(() => tfLayers.simpleRNN({ units: 11, ...last })),
          dense(V, 'softmax'),
        ),
      ),
    'one-hot tokens': async (V) => {
      const tokens = tfLayers.input({ shape: [null, V] });
      const hidden = layer(() => tfLayers.lstm({ units: 10, ...every }))(tokens);
      return finished(tokens, dense(V, 'softmax')(hidden));
    },
    'a state that TF.js keeps, for two sequences': (V) => {
      const ids = tfLayers.input({ batchShape: [2, null], name: 'ids' });
      const embedding = tfLayers.embedding({ inputDim: V, outputDim: 6 });
      const lstm = layer(() => tfLayers.lstm({ units: 7, stateful: true, ...every }));
      return finished(ids, dense(V, 'softmax')(lstm(apply(embedding as never, ids))));
    },
    'no memory at all': (V) => ofIds(V, chain(dense(6, 'tanh'), dense(V))),
  };
