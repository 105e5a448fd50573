import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GraphBuilder } from '@ostinato/graph';
import { evaluateModel } from '@ostinato/graph/testing';
import { type LstmConfig, lstmForward, type NamedTensors } from '@ostinato/model';
import { formulaNumbers } from '@ostinato/model/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadBackend } from '../load-backend.js';
import { loadLayersModel, saveLayersModel } from './layers-model.js';
import type { LayerDescription } from './topology.js';

const CONFIG: LstmConfig = {
  kind: 'lstm',
  vocabularySize: 7,
  embeddingSize: 5,
  hiddenSize: 4,
  layers: 2,
  dropout: 0.25,
  tiedOutput: false,
};
const TIED: LstmConfig = { ...CONFIG, embeddingSize: 4, tiedOutput: true };
const [T, B] = [6, 3];

let parent: string;
let folder: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'ostinato-layers-'));
  folder = join(parent, 'network');
});
afterEach(() => rm(parent, { recursive: true }));

const parametersOf = (config: LstmConfig): NamedTensors => formulaNumbers().parameters(config, 2);

describe('what is saved', () => {
  it('is read back as it was', async () => {
    const parameters = parametersOf(CONFIG);
    await saveLayersModel(folder, { config: CONFIG, parameters });
    expect(await readdir(parent)).toEqual(['network']);
    expect(await loadLayersModel(folder)).toEqual({ config: CONFIG, parameters });
  });

  it('has an output of its own where ours was tied to the embedding', async () => {
    const parameters = parametersOf(TIED);
    await saveLayersModel(folder, { config: TIED, parameters });
    const { config, parameters: read } = await loadLayersModel(folder);
    expect(config).toEqual({ ...TIED, tiedOutput: false });
    expect(read.get('output.weight')).toEqual(parameters.get('embedding.weight'));
  });

  it.each([CONFIG, { ...CONFIG, layers: 1, dropout: 0 }, TIED])(
    'gives the logits of our own graph when TF.js loads it over HTTP (%#)',
    async (config) => {
      const parameters = parametersOf(config);
      await saveLayersModel(folder, { config, parameters });
      const { tokens } = formulaNumbers().window(T, B, config.vocabularySize);
      const found = await predictInTfjs(tokens);
      const expected = logitsOfOurGraph(config, parameters, tokens);
      expect(found).toHaveLength(expected.length);
      // float32 against float64 over 6 steps of values near 1.
      for (const [at, value] of expected.entries()) expect(found[at]).toBeCloseTo(value, 5);
    },
  );

  it('takes no place that is taken, and leaves nothing behind', async () => {
    await mkdir(folder);
    const network = { config: CONFIG, parameters: parametersOf(CONFIG) };
    await expect(saveLayersModel(folder, network)).rejects.toMatchObject({ code: 'exists' });
    const inFile = join(folder, 'file');
    await writeFile(inFile, '');
    await expect(saveLayersModel(join(inFile, 'below'), network)).rejects.toMatchObject({
      code: 'write-failed',
    });
    expect(await readdir(folder)).toEqual(['file']);
  });
});

interface ModelFile {
  modelTopology: { class_name: string; config: { layers: LayerDescription[] } };
  weightsManifest: {
    paths: string[];
    weights: { name: string; shape: number[]; dtype: string }[];
  }[];
}

describe('what others saved', () => {
  /** Saves our network, with its description changed. */
  async function saveChanged(change: (model: ModelFile) => unknown): Promise<void> {
    await saveLayersModel(folder, { config: CONFIG, parameters: parametersOf(CONFIG) });
    const path = join(folder, 'model.json');
    const model = JSON.parse(await readFile(path, 'utf8')) as ModelFile;
    const changed = change(model) ?? model;
    await writeFile(path, typeof changed === 'string' ? changed : JSON.stringify(changed));
  }
  const settings = (model: ModelFile, layer: number): Record<string, unknown> =>
    model.modelTopology.config.layers[layer].config;

  it("is read as Keras's converter writes it", async () => {
    await saveChanged((model) => {
      const { class_name, config } = model.modelTopology;
      const input = { class_name: 'InputLayer', config: { name: 'in' } };
      const layers = [input, ...config.layers];
      settings(model, 5)['activation'] = 'softmax';
      for (const { weights } of model.weightsManifest) {
        for (const weight of weights) {
          weight.name = weight.name.replace(/^(lstm_\d)/, '$1/lstm_cell');
        }
      }
      return {
        ...model,
        modelTopology: { keras_version: '2.9.0', model_config: { class_name, config: { layers } } },
      };
    });
    const parameters = parametersOf(CONFIG);
    expect(await loadLayersModel(folder)).toEqual({ config: CONFIG, parameters });
  });

  it.each<[what: string, change: (model: ModelFile) => unknown, code: string, message: RegExp]>([
    [
      'the hard sigmoid',
      (model) => void (settings(model, 3)['recurrent_activation'] = 'hard_sigmoid'),
      'other-network',
      /layer "lstm_1" \(LSTM\) has recurrent_activation = "hard_sigmoid"/,
    ],
    [
      'only the last step',
      (model) => void (settings(model, 1)['return_sequences'] = false),
      'other-network',
      /layer "lstm_0" \(LSTM\) has return_sequences = false/,
    ],
    [
      'a GRU',
      (model) =>
        void model.modelTopology.config.layers.splice(1, 1, {
          class_name: 'GRU',
          config: { name: 'gru_1', units: 4 },
        }),
      'other-network',
      /layer "gru_1" \(GRU\) stands where an LSTM should/,
    ],
    [
      'no LSTM',
      (model) => void model.modelTopology.config.layers.splice(1, 4),
      'other-network',
      /it has no LSTM/,
    ],
    [
      'nothing at all',
      (model) => void model.modelTopology.config.layers.splice(0),
      'other-network',
      /its end stands where an Embedding should/,
    ],
    [
      'layers of two sizes',
      (model) => void (settings(model, 3)['units'] = 8),
      'other-network',
      /layer "lstm_1" \(LSTM\) has 8 units and an earlier one 4/,
    ],
    [
      'two rates of dropout',
      (model) => void (settings(model, 4)['rate'] = 0.5),
      'other-network',
      /layer "dropout_1" \(Dropout\) has another rate/,
    ],
    [
      'an output that is no vocabulary',
      (model) => void (settings(model, 5)['units'] = 9),
      'other-network',
      /layer "output" \(Dense\) has 9 units for a vocabulary of 7/,
    ],
    [
      'sizes that nobody has memory for',
      (model) => {
        settings(model, 0)['input_dim'] = 1e9;
        settings(model, 5)['units'] = 1e9;
      },
      'other-network',
      /vocabularySize/,
    ],
    [
      'a functional model',
      (model) => void (model.modelTopology.class_name = 'Functional'),
      'other-network',
      /a model of class Functional, expected Sequential/,
    ],
    [
      'a weight of another shape',
      (model) => {
        model.weightsManifest[0].weights[1].shape = [4, 20];
      },
      'damaged',
      /layer "lstm_0" needs "kernel" of shape \[5, 16\], found \[4, 20\]/,
    ],
    [
      'a weight too few',
      (model) => void (model.weightsManifest[0].weights[8].name = 'output/other'),
      'damaged',
      /layer "output" has no weight "bias"/,
    ],
    [
      'half-precision weights',
      (model) => void (model.weightsManifest[0].weights[0].dtype = 'float16'),
      'damaged',
      /weightsManifest\.0\.weights\.0\.dtype/,
    ],
    [
      'weights elsewhere',
      (model) => void (model.weightsManifest[0].paths = ['../weights.bin']),
      'damaged',
      /expected a file beside it/,
    ],
    [
      'weights that are not there',
      (model) => void (model.weightsManifest[0].paths = ['other.bin']),
      'missing',
      /other\.bin: there is no such file/,
    ],
    [
      'more weights than the file has',
      (model) =>
        void model.weightsManifest[0].weights.push({ name: 'a', shape: [9], dtype: 'float32' }),
      'damaged',
      /its weights take \d+ bytes, weights\.bin has \d+/,
    ],
    ['no JSON', () => '{', 'damaged', /not JSON/],
    ['another JSON', () => '[]', 'damaged', /model\.json: /],
  ])('is refused in one line: %s', async (_, change, code, message) => {
    await saveChanged(change);
    const expected = { code, message: expect.stringMatching(message) };
    await expect(loadLayersModel(folder)).rejects.toMatchObject(expected);
    await expect(loadLayersModel(folder)).rejects.toMatchObject({
      message: expect.not.stringContaining('\n'),
    });
  });

  it('is missing where nothing is', async () => {
    const expected = { code: 'missing', message: 'network/model.json: there is no such file' };
    await expect(loadLayersModel(folder)).rejects.toMatchObject(expected);
  });
});

/** Logits [T * B, V] by the layers of TF.js, which load the folder as a page would. */
async function predictInTfjs(tokens: Int32Array): Promise<Float32Array> {
  const { tf } = await loadBackend('wasm');
  await tf.setBackend('wasm');
  const layers = await import('@tensorflow/tfjs-layers');
  const server = createServer((request, response) => {
    readFile(join(folder, request.url ?? '')).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const model = await layers.loadLayersModel(`http://127.0.0.1:${port}/model.json`);
    return tf.tidy(() => {
      const input = tf.transpose(tf.tensor2d(tokens, [T, B], 'int32')); // [B, T]
      const output = model.predict(input) as ReturnType<typeof tf.tensor3d>; // [B, T, V]
      return tf.transpose(output, [1, 0, 2]).dataSync<'float32'>();
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Logits [T * B, V] by our graph, evaluated in float64. */
function logitsOfOurGraph(
  config: LstmConfig,
  parameters: NamedTensors,
  tokens: Int32Array,
): readonly number[] {
  const g = new GraphBuilder('forward');
  const shape = [config.hiddenSize, B];
  const zeros = Array.from({ length: config.hiddenSize * B }, () => 0);
  const state = Array.from({ length: config.layers }, () => ({
    hidden: g.constant('float32', zeros, shape),
    cell: g.constant('float32', zeros, shape),
  }));
  const values = new Map(
    [...parameters].map(([name, { shape }]) => [name, g.input(name, 'float32', shape)]),
  );
  const ids = g.input('tokens', 'int32', [T, B]);
  const { logits } = lstmForward(g, config, values, { tokens: ids, state });
  g.output(logits, 'logits');
  const inputs = { ...Object.fromEntries(parameters), tokens: { shape: [T, B], data: tokens } };
  return [...evaluateModel(g.build(), inputs)['logits'].data];
}
