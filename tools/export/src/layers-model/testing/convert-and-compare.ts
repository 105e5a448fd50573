// From a model in TF.js to its converted graph, held against TF.js.
import type { LayersModel as TfLayersModel } from '@tensorflow/tfjs-layers';
import { convertLayersModel } from '../convert-layers-model.js';
import { parseLayersModel } from '../read-layers-model.js';
import { checkAgainstTfjs, type TfjsParityReport } from '../tfjs-parity.js';
import type { ConvertedModel } from '../types.js';
import { randomizeWeights, saveModel } from './saved-model.js';

/** Saves a model with random weights, reads it, converts it, and compares the two.
 *  @throws {ExportError} if any of it fails */
export async function convertAndCompare(
  built: TfLayersModel,
  { seed = 1, scale = 0.7 }: { readonly seed?: number; readonly scale?: number } = {},
): Promise<{ converted: ConvertedModel; report: TfjsParityReport }> {
  randomizeWeights(built, seed, scale);
  const { json, files } = await saveModel(built);
  built.dispose();
  const model = parseLayersModel(json, files);
  const converted = convertLayersModel(model);
  const report = await checkAgainstTfjs(model, converted, { seed });
  return { converted, report };
}
