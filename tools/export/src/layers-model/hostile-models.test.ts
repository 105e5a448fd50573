// Damaged at random, a model is refused in words or converted; nothing else happens.
import * as tfl from '@tensorflow/tfjs-layers';
import * as fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { ExportError } from '../errors.js';
import { convertLayersModel } from './convert-layers-model.js';
import { parseLayersModel } from './read-layers-model.js';
import { randomizeWeights, type SavedModel, saveModel, startTfjs } from './testing/saved-model.js';

type Symbolic = tfl.SymbolicTensor;
type Container = Record<string, unknown>;

const RUNS = 600;

/** What a field may be changed to. */
const values = fc.constantFrom<unknown>(
  null,
  true,
  false,
  0,
  1,
  2,
  3,
  -1,
  0.5,
  1e300,
  2 ** 31,
  '',
  'x',
  'lstm',
  '__proto__',
  'constructor',
  'concat',
  'tanh',
  'Dense',
  'LSTM',
  'Bidirectional',
  'TimeDistributed',
  'Functional',
  'Sequential',
  'InputLayer',
  'Embedding',
  'Reshape',
  'Softmax',
  'PReLU',
  'Dot',
  'Flatten',
  'Masking',
  'BatchNormalization',
  'RepeatVector',
  [],
  [null],
  [1, 2],
  [[]],
  {},
  { class_name: 'relu' },
  { class_name: 'Dense', config: {} },
);

let saved: SavedModel;
beforeAll(async () => {
  await startTfjs();
  const ids = tfl.input({ shape: [4], name: 'ids' });
  const x = tfl.input({ shape: [4, 3], name: 'x' });
  const inner = tfl.sequential({
    layers: [tfl.layers.dense({ units: 3, inputShape: [3], name: 'inner_dense' })],
  });
  const table = tfl.layers.embedding({ inputDim: 5, outputDim: 3, name: 'table' });
  const sum = tfl.layers.add({ name: 'sum' }).apply([table.apply(ids) as Symbolic, x]) as Symbolic;
  const layers = [
    tfl.layers.bidirectional({
      layer: tfl.layers.gru({
        units: 2,
        returnSequences: true,
        recurrentInitializer: 'zeros',
      }),
      mergeMode: 'concat',
      name: 'both',
    }),
    tfl.layers.timeDistributed({ layer: tfl.layers.dense({ units: 3 }), name: 'each' }),
    tfl.layers.layerNormalization({ name: 'norm' }),
    tfl.layers.batchNormalization({ name: 'batch' }),
    tfl.layers.prelu({ name: 'slopes' }),
    tfl.layers.lstm({ units: 3, recurrentInitializer: 'zeros', name: 'lstm' }),
    inner,
    tfl.layers.reshape({ targetShape: [3, 1], name: 'column' }),
    tfl.layers.permute({ dims: [2, 1], name: 'row' }),
    tfl.layers.softmax({ axis: -1, name: 'shares' }),
  ];
  const output = layers.reduce((value, layer) => layer.apply(value) as Symbolic, sum);
  const model = tfl.model({ inputs: [ids, x], outputs: output });
  randomizeWeights(model, 1);
  saved = await saveModel(model);
  model.dispose();
});

/** Every place in a JSON value: the object or list, and the key. */
function placesIn(value: unknown): { container: Container; key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  const container = value as Container;
  return Object.keys(container).flatMap((key) => [{ container, key }, ...placesIn(container[key])]);
}

/** Changes one place: to another value, to that of another place, or to nothing. */
const changes = fc.record({
  at: fc.nat(100_000),
  kind: fc.constantFrom('set', 'copy', 'remove'),
  from: fc.nat(100_000),
  value: values,
});

it(`refuses or converts ${RUNS} damaged models`, () => {
  const outcomes = new Set<string>();
  fc.assert(
    fc.property(fc.array(changes, { minLength: 1, maxLength: 3 }), (list) => {
      const json = structuredClone(saved.json) as unknown as Container;
      for (const { at, kind, from, value } of list) {
        const places = placesIn(json);
        const { container, key } = places[at % places.length];
        const source = places[from % places.length];
        if (kind === 'remove') delete container[key];
        else
          container[key] = structuredClone(kind === 'set' ? value : source.container[source.key]);
      }
      try {
        convertLayersModel(parseLayersModel(json, saved.files));
        outcomes.add('converted');
      } catch (error) {
        expect(error).toBeInstanceOf(ExportError);
        expect((error as ExportError).message).toMatch(/^model\.json/);
        outcomes.add((error as ExportError).code);
      }
    }),
    { numRuns: RUNS, seed: 20261125 },
  );
  expect([...outcomes].sort()).toEqual(['converted', 'damaged-model', 'unsupported-layer']);
});
