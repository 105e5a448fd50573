// A TF.js model of either kind, told by what its model.json holds.
import { readModelJson } from '../../layers-model/read/model-files.js';
import type { RunnableModel } from '../port.js';
import { VerifyError } from '../verify-error.js';
import { openGraphModel } from './graph-model.js';
import { readGraphModelFile } from './graph-model-file.js';
import { openLayersModel } from './layers-model.js';

/** Loads a model.
 *  @param path of a model.json, or of the folder that it is in
 *  @throws {ExportError} `missing-model`, `damaged-model` or `unsupported-layer`
 *  @throws {VerifyError} if TF.js cannot run it */
export async function openReference(path: string): Promise<RunnableModel> {
  const { json, file, where } = await readModelJson(path);
  const topology = topologyOf(json);
  if (topology && 'node' in topology) {
    return openGraphModel(await readGraphModelFile(json, file, where));
  }
  if (topology) return openLayersModel(path);
  throw new VerifyError(
    'unknown-format',
    `${where}: expected the model.json of a TF.js GraphModel or LayersModel, found no "modelTopology"`,
  );
}

function topologyOf(json: unknown): object | undefined {
  const { modelTopology } = (json ?? {}) as { modelTopology?: unknown };
  return typeof modelTopology === 'object' && modelTopology !== null ? modelTopology : undefined;
}
