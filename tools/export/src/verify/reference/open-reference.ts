// A TF.js model of either kind, told by what its model.json holds.
import type { RunnableModel } from '../port.js';
import { VerifyError } from '../verify-error.js';
import { openGraphModel } from './graph-model.js';
import { readModelFile } from './model-file.js';

/** Loads `model.json`.
 *  @throws {VerifyError} if it is not a model that TF.js runs */
export async function openReference(path: string): Promise<RunnableModel> {
  const file = await readModelFile(path);
  const { modelTopology } = file;
  if ('node' in modelTopology) return openGraphModel(path, file);
  throw new VerifyError(
    'unknown-format',
    `${path}: neither a TF.js GraphModel (its topology has "node") nor a LayersModel (it has "class_name" or "model_config")`,
  );
}
