// The check against TF.js: what it reports, and that it finds what is wrong.
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { tensorOf } from '@ostinato/graph';
import { beforeAll, describe, expect, it } from 'vitest';
import { convertLayersModel } from './convert-layers-model.js';
import { parseLayersModel } from './read-layers-model.js';
import { randomizeWeights, saveModel, startTfjs } from './testing/saved-model.js';
import { checkAgainstTfjs } from './tfjs-parity.js';
import type { ConvertedModel, LayersModel } from './types.js';

type Symbolic = tfl.SymbolicTensor;

let model: LayersModel;
let converted: ConvertedModel;

beforeAll(async () => {
  await startTfjs();
  const x = tfl.input({ batchShape: [2, null, 3], name: 'x' });
  const lstm = tfl.layers.lstm({
    recurrentInitializer: 'glorotUniform',
    units: 4,
    stateful: true,
    returnSequences: true,
    name: 'lstm',
  });
  const dense = tfl.layers.dense({ units: 3, name: 'dense' });
  const built = tfl.model({ inputs: x, outputs: dense.apply(lstm.apply(x)) as Symbolic });
  randomizeWeights(built, 5);
  const { json, files } = await saveModel(built);
  built.dispose();
  model = parseLayersModel(json, files);
  converted = convertLayersModel(model, { metadata: new Map([['licence', 'Apache-2.0']]) });
});

describe('convertLayersModel', () => {
  it('says what goes in and out, the states with their layer', () => {
    expect(converted.inputs).toEqual([
      { name: 'x', shape: [2, 'x_length', 3], dataType: 'float32' },
    ]);
    expect(converted.outputs).toEqual([
      { name: 'dense', shape: [2, 'x_length', 3], dataType: 'float32' },
    ]);
    expect(converted.states).toEqual([
      { input: 'lstm.hidden', output: 'lstm.hidden_after', shape: [2, 4], layer: 'lstm' },
      { input: 'lstm.cell', output: 'lstm.cell_after', shape: [2, 4], layer: 'lstm' },
    ]);
    expect(converted.layers).toEqual(['lstm', 'dense']);
    expect(converted.model.metadata.get('licence')).toBe('Apache-2.0');
    const { inputs, outputs } = converted.model.graph;
    expect(inputs.map(({ name }) => name)).toEqual(['x', 'lstm.hidden', 'lstm.cell']);
    expect(outputs.map(({ name }) => name)).toEqual([
      'dense',
      'lstm.hidden_after',
      'lstm.cell_after',
    ]);
  });
});

describe('checkAgainstTfjs', () => {
  it('reports what was tried', async () => {
    const report = await checkAgainstTfjs(model, converted);
    expect(report.inputsTried).toBe(3);
    expect(report.largestOutput).toBeGreaterThan(0.1);
    expect(report.largestDifference).toBeGreaterThan(0);
    expect(report.largestDifference).toBeLessThanOrEqual(report.tolerance);
  });

  it('draws the same inputs for the same seed, and others for another', async () => {
    const [first, again, other] = [
      await checkAgainstTfjs(model, converted, { seed: 7 }),
      await checkAgainstTfjs(model, converted, { seed: 7 }),
      await checkAgainstTfjs(model, converted, { seed: 8 }),
    ];
    expect(again).toEqual(first);
    expect(other.largestOutput).not.toBe(first.largestOutput);
  });

  it('finds a weight that is off by a thousandth', async () => {
    const { graph } = converted.model;
    const initializers = new Map(graph.initializers);
    const bias = new Float32Array(initializers.get('dense/bias')!.bytes.slice().buffer);
    bias[1] += 0.001;
    initializers.set('dense/bias', tensorOf('float32', bias, [3]));
    const wrong = {
      ...converted,
      model: { ...converted.model, graph: { ...graph, initializers } },
    };
    await expect(checkAgainstTfjs(model, wrong)).rejects.toMatchObject({
      code: 'parity',
      message: expect.stringMatching(
        /model\.json, output "dense": differs from TF\.js by 1\.00e-3, at most \d/,
      ) as unknown,
    });
  });

  it('leaves the backend that was in use, and no tensors behind', async () => {
    const before = tf.memory().numTensors;
    await checkAgainstTfjs(model, converted);
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.getBackend()).toBe('cpu');
  });

  it('stops between two runs when it is aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(checkAgainstTfjs(model, converted, { signal })).rejects.toThrow('enough');
  });

  it('says what TF.js says of a model that it cannot load', async () => {
    const source = { ...model.source, topology: { class_name: 'Sequential', config: {} } };
    await expect(checkAgainstTfjs({ ...model, source }, converted)).rejects.toMatchObject({
      code: 'tfjs',
      message: expect.stringMatching(/model\.json: TF\.js cannot load it: /) as unknown,
    });
  });
});
