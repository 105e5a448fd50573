// Models built in TF.js for tests: random weights, and what TF.js saves of them.
import { createRandom } from '@ostinato/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel as TfLayersModel } from '@tensorflow/tfjs-layers';

/** What stands in model.json; tests change it. */
export interface ModelJson {
  format?: string;
  modelTopology: Record<string, unknown>;
  weightsManifest: {
    paths: string[];
    weights: { name: string; shape: number[]; dtype: string; [other: string]: unknown }[];
  }[];
}

export interface SavedModel {
  readonly json: ModelJson;
  readonly files: Map<string, Uint8Array>;
}

export const WEIGHTS_FILE = 'group1-shard1of1.bin';

/** Makes TF.js ready on the backend that the checks use. */
export async function startTfjs(): Promise<void> {
  await import('@tensorflow/tfjs-backend-cpu');
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
}

/** Gives a model random weights in -scale..scale; variances are positive. */
export function randomizeWeights(model: TfLayersModel, seed: number, scale = 0.7): void {
  const random = createRandom(seed);
  let next = 0;
  const values = model.weights.map(({ shape, originalName }) => {
    const count = tf.util.sizeFromShape(shape as number[]);
    const numbers = random.uniforms(next, count);
    next += count;
    const isVariance = originalName.endsWith('moving_variance');
    const data = numbers.map((value) => (isVariance ? 0.1 + value : scale * (2 * value - 1)));
    return tf.tensor(data, shape as number[]);
  });
  model.setWeights(values);
  tf.dispose(values);
}

/** What `model.save()` writes, as if read from disk. */
export async function saveModel(model: TfLayersModel): Promise<SavedModel> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save({
    save: async (saved) => {
      artifacts = saved;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
  });
  const { modelTopology, weightSpecs, weightData } = artifacts!;
  const json = {
    format: 'layers-model',
    modelTopology,
    weightsManifest: [{ paths: [WEIGHTS_FILE], weights: weightSpecs }],
  };
  const bytes = new Uint8Array(weightData as ArrayBuffer);
  return {
    json: JSON.parse(JSON.stringify(json)) as ModelJson,
    files: new Map([[WEIGHTS_FILE, bytes]]),
  };
}
