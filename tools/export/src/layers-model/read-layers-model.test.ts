// What the reader takes, and what it refuses and how.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ExportError } from '../errors.js';
import { convertLayersModel } from './convert-layers-model.js';
import { parseLayersModel, readLayersModel } from './read-layers-model.js';
import {
  type ModelJson,
  randomizeWeights,
  type SavedModel,
  saveModel,
  startTfjs,
  WEIGHTS_FILE,
} from './testing/saved-model.js';
import { checkAgainstTfjs } from './tfjs-parity.js';

type Symbolic = tfl.SymbolicTensor;
type Config = Record<string, unknown>;
interface LayerJson {
  class_name: string;
  name?: string;
  config: Config;
  inbound_nodes?: unknown[];
}

let saved: SavedModel;
let functional: SavedModel;
let folder: string;

beforeAll(async () => {
  await startTfjs();
  saved = await save(
    tfl.sequential({
      layers: [
        tfl.layers.embedding({ inputDim: 9, outputDim: 4, name: 'embedding' }),
        tfl.layers.lstm({
          recurrentInitializer: 'glorotUniform',
          units: 5,
          returnSequences: true,
          name: 'lstm',
        }),
        tfl.layers.dense({ units: 9, activation: 'softmax', name: 'dense' }),
      ],
    }),
  );
  const x = tfl.input({ shape: [4], name: 'x' });
  const left = tfl.layers.dense({ units: 3, name: 'left' }).apply(x) as Symbolic;
  const right = tfl.layers.dense({ units: 3, name: 'right' }).apply(x) as Symbolic;
  const sum = tfl.layers.add({ name: 'sum' }).apply([left, right]) as Symbolic;
  functional = await save(tfl.model({ inputs: x, outputs: sum }));
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-layers-model-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function save(model: tfl.LayersModel): Promise<SavedModel> {
  randomizeWeights(model, 3);
  const result = await saveModel(model);
  model.dispose();
  return result;
}

const layersOf = (json: ModelJson): LayerJson[] =>
  (json.modelTopology['config'] as { layers: LayerJson[] }).layers;
const configOf = (json: ModelJson, name: string): Config =>
  layersOf(json).find(({ config }) => config['name'] === name)!.config;

/** Reads and converts a model after a change of its description. */
function convertChanged(
  { json, files }: SavedModel,
  change: (json: ModelJson, files: Map<string, Uint8Array>) => unknown,
) {
  const copy = structuredClone(json);
  const ownFiles = new Map(files);
  const other = change(copy, ownFiles);
  const model = parseLayersModel(other ?? copy, ownFiles);
  return { model, converted: convertLayersModel(model) };
}

function failure(run: () => unknown): ExportError {
  try {
    run();
  } catch (error) {
    if (error instanceof ExportError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('readLayersModel', () => {
  it('reads a folder, or the path of model.json', async () => {
    await write(saved);
    for (const path of [folder, join(folder, 'model.json')]) {
      const model = await readLayersModel(path);
      expect(model.network.calls.map(({ layer }) => layer.className)).toEqual([
        'InputLayer',
        'Embedding',
        'LSTM',
        'Dense',
      ]);
      expect(model.weights.get('lstm/kernel')?.shape).toEqual([4, 20]);
    }
  });

  it('joins the shards of a group, wherever they are cut', async () => {
    const json = structuredClone(saved.json);
    const bytes = saved.files.get(WEIGHTS_FILE)!;
    json.weightsManifest[0].paths = ['a.bin', 'b.bin', 'c.bin'];
    await writeFile(join(folder, 'model.json'), JSON.stringify(json));
    const cuts = [bytes.subarray(0, 7), bytes.subarray(7, 501), bytes.subarray(501)];
    for (const [index, part] of cuts.entries()) {
      await writeFile(join(folder, json.weightsManifest[0].paths[index]), part);
    }
    const model = await readLayersModel(folder);
    expect(model.weights).toEqual(parseLayersModel(saved.json, saved.files).weights);
  });

  async function write({ json, files }: SavedModel): Promise<void> {
    await writeFile(join(folder, 'model.json'), JSON.stringify(json));
    for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
  }

  it.each<[string, () => Promise<unknown>, string, RegExp]>([
    [
      'an empty folder',
      async () => undefined,
      'missing-model',
      /model\.json: there is no such file/,
    ],
    [
      'a folder in the place of the file',
      () => mkdir(join(folder, 'model.json')),
      'missing-model',
      /not a file|EISDIR/,
    ],
    [
      'half of a model.json',
      () => writeFile(join(folder, 'model.json'), '{"modelTopology": {'),
      'damaged-model',
      /model\.json: expected JSON; was it cut\?/,
    ],
    [
      'a model.json of something else',
      () => writeFile(join(folder, 'model.json'), '[1, 2]'),
      'damaged-model',
      /model\.json: content/,
    ],
    [
      'a missing shard',
      async () => {
        await write(saved);
        await rm(join(folder, WEIGHTS_FILE));
      },
      'missing-model',
      /group1-shard1of1\.bin: there is no such file/,
    ],
    [
      'a shard that was cut',
      async () => {
        await write(saved);
        await writeFile(join(folder, WEIGHTS_FILE), saved.files.get(WEIGHTS_FILE)!.subarray(8));
      },
      'damaged-model',
      /its weights take \d+ bytes, group1-shard1of1\.bin has \d+; was it cut\?/,
    ],
    [
      'a shard that is too long',
      async () => {
        await write(saved);
        await writeFile(join(folder, WEIGHTS_FILE), Buffer.alloc(100_000));
      },
      'damaged-model',
      /group1-shard1of1\.bin: expected at most \d+ bytes, found 100000/,
    ],
  ])('refuses %s', async (_, prepare, code, message) => {
    await prepare();
    const error = await readLayersModel(folder).then(
      () => undefined,
      (cause: unknown) => cause as ExportError,
    );
    expect(error).toBeInstanceOf(ExportError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as unknown });
  });
});

describe('a model as Keras writes it', () => {
  it('has its description wrapped, cells in the names of weights, and models before them', async () => {
    const { model, converted } = convertChanged(saved, (json) => {
      for (const weight of json.weightsManifest[0].weights) {
        weight.name = `sequential_1/${weight.name.replace('lstm/', 'lstm/lstm_cell_3/')}:0`;
      }
      const { class_name, config } = json.modelTopology;
      json.modelTopology = {
        keras_version: '2.9.0',
        backend: 'tensorflow',
        model_config: { class_name, config },
      };
    });
    const report = await checkAgainstTfjs(model, converted);
    expect(report.largestDifference).toBeLessThanOrEqual(report.tolerance);
    expect(converted.weightNames.get('sequential_1/lstm/lstm_cell_3/kernel:0')).toBe('lstm/kernel');
  });

  it.each([
    ['uint8', 1],
    ['uint16', 2],
  ] as const)('may have weights in %s, which are widened as TF.js does', async (dtype, bytes) => {
    const { model, converted } = convertChanged(saved, (json, files) => {
      let total = 0;
      for (const weight of json.weightsManifest[0].weights) {
        weight['quantization'] = {
          dtype,
          scale: 0.37 / 256 ** bytes,
          min: -0.2,
          original_dtype: 'float32',
        };
        total += weight.shape.reduce((a, b) => a * b, 1) * bytes;
      }
      files.set(
        WEIGHTS_FILE,
        Uint8Array.from({ length: total }, (_, index) => (index * 37) % 256),
      );
    });
    const [first] = model.weights.values();
    expect(new Set(first.data).size).toBeGreaterThan(10);
    const report = await checkAgainstTfjs(model, converted);
    expect(report.largestDifference).toBeLessThanOrEqual(report.tolerance);
  });

  it('may have weights in float16', async () => {
    const { model, converted } = convertChanged(saved, (json, files) => {
      let count = 0;
      for (const weight of json.weightsManifest[0].weights) {
        weight['quantization'] = { dtype: 'float16', original_dtype: 'float32' };
        count += weight.shape.reduce((a, b) => a * b, 1);
      }
      // Exponents around zero: numbers of 0.03 to 2, of both signs.
      const halves = Uint16Array.from({ length: count }, (_, index) => {
        return 0x2800 + ((index * 773) % 0x1400) + (index % 2 === 0 ? 0x8000 : 0);
      });
      files.set(WEIGHTS_FILE, new Uint8Array(halves.buffer));
    });
    const report = await checkAgainstTfjs(model, converted);
    expect(report.largestDifference).toBeLessThanOrEqual(report.tolerance);
  });
});

describe('what is refused', () => {
  type Change = (json: ModelJson, files: Map<string, Uint8Array>) => unknown;
  const set =
    (layer: string, option: string, value: unknown): Change =>
    (json) => {
      configOf(json, layer)[option] = value;
    };
  const setClass =
    (layer: string, className: string): Change =>
    (json) => {
      layersOf(json).find(({ config }) => config['name'] === layer)!.class_name = className;
    };
  const inbound =
    (layer: string, nodes: unknown): Change =>
    (json) => {
      layersOf(json).find(({ name }) => name === layer)!.inbound_nodes = nodes as unknown[];
    };
  const manifest =
    (change: (group: ModelJson['weightsManifest'][number]) => unknown): Change =>
    (json) => {
      change(json.weightsManifest[0]);
    };

  it.each<[string, Change, string, RegExp]>([
    [
      'a layer that we do not have',
      setClass('lstm', 'ConvLSTM2D'),
      'unsupported-layer',
      /model\.json, layer "lstm" \(ConvLSTM2D\): layers of this class are not converted; replace it/,
    ],
    [
      'a class with the name of a property',
      setClass('dense', '__proto__'),
      'unsupported-layer',
      /layer "dense" \(__proto__\)/,
    ],
    [
      'an activation that TF.js does not have',
      set('dense', 'activation', 'silu'),
      'unsupported-layer',
      /layer "dense" \(Dense\): activation "silu" is not known; save the model with "swish"/,
    ],
    [
      'an activation with the name of a property',
      set('dense', 'activation', 'constructor'),
      'unsupported-layer',
      /activation "constructor" is not known; TF\.js loads elu/,
    ],
    [
      'a GRU that resets after the product',
      (json) => {
        setClass('lstm', 'GRU')(json, new Map());
        set('lstm', 'reset_after', true)(json, new Map());
      },
      'unsupported-layer',
      /layer "lstm" \(GRU\): reset_after is true: not supported, .*reset_after=False/,
    ],
    [
      'time major sequences',
      set('lstm', 'time_major', true),
      'unsupported-layer',
      /time_major is true/,
    ],
    [
      'units of no size',
      set('lstm', 'units', -1),
      'unsupported-layer',
      /layer "lstm" \(LSTM\): units is -1/,
    ],
    [
      'units that the weights do not have',
      set('lstm', 'units', 6),
      'damaged-model',
      /layer "lstm" \(LSTM\): weight "lstm\/kernel" must have shape \[4, 24\], found \[4, 20\]/,
    ],
    [
      'more units than there can be',
      set('dense', 'units', 2 ** 40),
      'damaged-model',
      /weight "dense\/kernel" must/,
    ],
    [
      'a missing weight',
      manifest((group) => (group.weights[1].name = 'lstm/other')),
      'damaged-model',
      /layer "lstm" \(LSTM\): has no weight "lstm\/kernel"/,
    ],
    [
      'a weight of no layer',
      (json, files) => {
        json.weightsManifest.push({
          paths: ['x.bin'],
          weights: [{ name: 'odd', shape: [1], dtype: 'float32' }],
        });
        files.set('x.bin', new Uint8Array(4));
      },
      'damaged-model',
      /weight "odd" belongs to no layer/,
    ],
    [
      'two weights of one name',
      manifest((group) => (group.weights[1].name = group.weights[0].name)),
      'damaged-model',
      /two weights have the name/,
    ],
    [
      'weights that both fit',
      manifest((group) => {
        group.weights[0].name = 'a/dense/bias';
        group.weights[4].name = 'b/dense/bias';
      }),
      'damaged-model',
      /has no weight|could both be/,
    ],
    [
      'weights that are no numbers',
      (_json, files) => {
        files.set(WEIGHTS_FILE, files.get(WEIGHTS_FILE)!.slice().fill(0xff));
      },
      'damaged-model',
      /expected finite numbers/,
    ],
    [
      'weights of text',
      manifest((group) => (group.weights[0].dtype = 'string')),
      'damaged-model',
      /weightsManifest: 0\.weights\.0\.dtype/,
    ],
    [
      'weights of integers',
      manifest((group) => (group.weights[0].dtype = 'int32')),
      'damaged-model',
      /expected float32, found int32/,
    ],
    [
      'an unknown quantization',
      manifest((group) => (group.weights[0]['quantization'] = { dtype: 'int4' })),
      'damaged-model',
      /quantization/,
    ],
    ...['../../etc/passwd', '/etc/passwd', '..', 'a/b.bin', '..\\weights.bin', '.'].map(
      (path): [string, Change, string, RegExp] => [
        `weights in ${path}`,
        manifest((group) => (group.paths = [path])),
        'damaged-model',
        /expected the name of a file beside it/,
      ],
    ),
    [
      'weights that no memory holds',
      manifest((group) => (group.weights[0].shape = [2 ** 20, 2 ** 20])),
      'damaged-model',
      /at most 2147483648 are read/,
    ],
    [
      'sizes beyond numbers',
      manifest((group) => (group.weights[0].shape = [1e300, 1e300])),
      'damaged-model',
      /weightsManifest|at most/,
    ],
    [
      'a GraphModel',
      (json) => {
        json.format = 'graph-model';
      },
      'unsupported-layer',
      /a TF\.js GraphModel, which has no layers any more; convert the Keras model/,
    ],
    [
      'a model of another class',
      (json) => {
        json.modelTopology['class_name'] = 'Subclassed';
      },
      'damaged-model',
      /a model of class "Subclassed"; expected Sequential or Functional/,
    ],
    [
      'a Sequential model without layers',
      (json) => {
        (json.modelTopology['config'] as Config)['layers'] = [];
      },
      'damaged-model',
      /layers/,
    ],
    [
      'two layers of one name',
      set('dense', 'name', 'lstm'),
      'damaged-model',
      /two layers have the name "lstm"/,
    ],
    [
      'no shape of the input',
      (json) => {
        layersOf(json).splice(0, 1);
      },
      'damaged-model',
      /layer "lstm" is the first .* has no batch_input_shape/,
    ],
    [
      'an input larger than any',
      set('embedding', 'batch_input_shape', [null, 2 ** 30]),
      'unsupported-layer',
      /at most \d+ numbers/,
    ],
    [
      'a depth that no model has',
      () => {
        let nested: unknown = 1;
        for (let depth = 0; depth < 100_000; depth++) nested = [nested];
        return { modelTopology: { nested } };
      },
      'damaged-model',
      /nested deeper than/,
    ],
  ])('%s', (_, change, code, message) => {
    const error = failure(() => convertChanged(saved, change));
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
  });

  it.each<[string, Change, RegExp]>([
    ['a circle', inbound('left', [[['sum', 0, 0, {}]]]), /layer "\w+" is part of a circle/],
    [
      'a layer that reads itself',
      inbound('left', [[['left', 0, 0, {}]]]),
      /"left" is part of a circle/,
    ],
    [
      'a layer that waits for its own later call',
      inbound('left', [[['left', 1, 0, {}]], [['x', 0, 0, {}]]]),
      /"left" is part of a circle/,
    ],
    [
      'a layer that is not there',
      inbound('sum', [
        [
          ['left', 0, 0, {}],
          ['nobody', 0, 0, {}],
        ],
      ]),
      /layer "sum": reads layer "nobody", which is not there/,
    ],
    [
      'a call that is not there',
      inbound('sum', [
        [
          ['left', 7, 0, {}],
          ['right', 0, 0, {}],
        ],
      ]),
      /reads call 7 of layer "left", which has calls 0 to 0/,
    ],
    [
      'an output that is not there',
      inbound('sum', [
        [
          ['left', 0, 3, {}],
          ['right', 0, 0, {}],
        ],
      ]),
      /layer "left" has no output 3/,
    ],
    ['a layer without inputs', inbound('left', []), /reads call 0 of layer "left"|has no inputs/],
    [
      'tensors passed by name',
      inbound('left', [[['x', 0, 0, { initial_state: [1] }]]]),
      /layer "left": is called with "initial_state" = \[1\]; pass tensors as inputs/,
    ],
    [
      'calls in the format of Keras 3',
      inbound('left', [{ args: [], kwargs: {} }]),
      /the format of Keras 3, which TF\.js cannot load/,
    ],
    [
      'an InputLayer that reads something',
      inbound('x', [[['left', 0, 0, {}]]]),
      /an InputLayer has no inputs/,
    ],
  ])('a functional model with %s', (_, change, message) => {
    const error = failure(() => convertChanged(functional, change));
    expect(error.message).toMatch(message);
    expect(error.code).toBe('damaged-model');
  });

  it('a model that unfolds without end', () => {
    // Each level uses the one inside ten times: 10^9 layers.
    const input = {
      class_name: 'InputLayer',
      name: 'x',
      config: { name: 'x', batch_input_shape: [null, 2] },
      inbound_nodes: [],
    };
    let inner: unknown = {
      class_name: 'Activation',
      name: 'inner',
      config: { name: 'inner', activation: 'tanh' },
    };
    for (let level = 0; level < 9; level++) {
      const nodes = Array.from({ length: 10 }, () => [['x', 0, 0, {}]]);
      const config = {
        name: 'inner',
        layers: [input, { ...(inner as object), inbound_nodes: nodes }],
        input_layers: [['x', 0, 0]],
        output_layers: nodes.map((_, index) => ['inner', level === 0 ? index : index + 1, 0]),
      };
      inner = { class_name: 'Functional', name: 'inner', config };
    }
    const error = failure(() => parseLayersModel({ modelTopology: inner as Config }, new Map()));
    expect(error.message).toMatch(/uses layers more than 20000 times/);
  });
});

describe('what would differ from TF.js without a word', () => {
  const refuse = async (build: () => tfl.LayersModel): Promise<ExportError> => {
    const { json, files } = await save(build());
    return failure(() => convertLayersModel(parseLayersModel(json, files)));
  };

  it('a recurrent layer that a stale mask reaches', async () => {
    const error = await refuse(() => {
      const x = tfl.input({ shape: [4] });
      const masked = tfl.layers
        .embedding({ inputDim: 5, outputDim: 3, maskZero: true })
        .apply(x) as Symbolic;
      const last = tfl.layers
        .lstm({ recurrentInitializer: 'glorotUniform', units: 3 })
        .apply(masked) as Symbolic;
      const repeated = tfl.layers.repeatVector({ n: 4 }).apply(last) as Symbolic;
      const output = tfl.layers
        .lstm({ recurrentInitializer: 'glorotUniform', units: 2, name: 'decoder' })
        .apply(repeated) as Symbolic;
      return tfl.model({ inputs: x, outputs: output });
    });
    expect(error.code).toBe('unsupported-layer');
    expect(error.message).toMatch(
      /layer "decoder" \(LSTM\): the mask of an earlier layer .*mask_zero to false/,
    );
  });

  it.each<[string, () => tfl.layers.Layer, RegExp]>([
    [
      'a BatchNormalization of an axis in the middle',
      () => tfl.layers.batchNormalization({ axis: 1 }),
      /\(BatchNormalization\): normalizes axis 1; expected the last, 2; put Permute around it/,
    ],
    [
      'a Softmax along an axis in the middle',
      () => tfl.layers.softmax(),
      /\(Softmax\): TF\.js takes the last axis only, found axis 1 of 3 axes/,
    ],
    [
      'a convolution',
      () => tfl.layers.conv1d({ filters: 2, kernelSize: 2 }),
      /\(Conv1D\): layers of this class are not converted; replace it before the model is saved/,
    ],
  ])('%s', async (_, make, message) => {
    const error = await refuse(() => {
      const x = tfl.input({ shape: [4, 3] });
      return tfl.model({ inputs: x, outputs: make().apply(x) as Symbolic });
    });
    expect(error.code).toBe('unsupported-layer');
    expect(error.message).toMatch(message);
  });

  it('a stateful layer that is called twice', async () => {
    const error = await refuse(() => {
      const x = tfl.input({ batchShape: [2, 3, 4] });
      const layer = tfl.layers.gru({
        recurrentInitializer: 'glorotUniform',
        units: 4,
        stateful: true,
        returnSequences: true,
        name: 'twice',
      });
      return tfl.model({ inputs: x, outputs: layer.apply(layer.apply(x)) as Symbolic });
    });
    expect(error.message).toMatch(/layer "twice" \(GRU\): is stateful and called more than once/);
  });
});
