// A TF.js LayersModel from its files: model.json and the weights beside it. They may come from anywhere.
import * as z from 'zod';
import { ExportError } from '../errors.js';
import { checkDepth } from './read/check-depth.js';
import { joinFiles, MODEL_FILE, readModelJson, readWeightFiles } from './read/model-files.js';
import { checked } from './read/refuse.js';
import { parseNetwork } from './read/topology.js';
import { decodeWeights, parseManifest, type WeightGroup } from './read/weights.js';
import type { LayersModel } from './types.js';

const modelSchema = z.object({
  format: z.string().optional(),
  modelTopology: z.record(z.string(), z.unknown()),
  weightsManifest: z.unknown().optional(),
});

/** Reads a LayersModel as TF.js saved it, or as tensorflowjs_converter wrote it from Keras.
 *  @param path of a model.json, or of the folder that it is in
 *  @throws {ExportError} `missing-model` if a file is not there, `damaged-model` if one does not hold what it should;
 *    both name the file, and the layer or weight */
export async function readLayersModel(path: string): Promise<LayersModel> {
  const { json, file, where } = await readModelJson(path);
  const { groups } = openModel(json, where);
  const files = await readWeightFiles(groups, file);
  return parseLayersModel(json, files, where);
}

/** The same from memory.
 *  @param json what model.json holds
 *  @param files the weights' files by the names in its manifest
 *  @param where names the model in messages
 *  @throws {ExportError} `damaged-model` */
export function parseLayersModel(
  json: unknown,
  files: ReadonlyMap<string, Uint8Array>,
  where: string = MODEL_FILE,
): LayersModel {
  const { topology, groups } = openModel(json, where);
  const bytes = joinFiles(groups, files, where);
  const network = parseNetwork(topology, where);
  return {
    name: network.name,
    where,
    network,
    weights: decodeWeights(groups, bytes, where),
    source: { topology, specs: groups.flatMap(({ specs }) => specs), bytes },
  };
}

function openModel(
  json: unknown,
  where: string,
): { topology: Readonly<Record<string, unknown>>; groups: WeightGroup[] } {
  checkDepth(json, where);
  const { format, modelTopology, weightsManifest } = checked(modelSchema, json, where);
  if (format === 'graph-model' || 'node' in modelTopology) {
    throw new ExportError(
      'unsupported-layer',
      `${where}: a TF.js GraphModel, which has no layers any more; convert the Keras model with ` +
        'tensorflowjs_converter --output_format=tfjs_layers_model, and export that',
    );
  }
  const topology = checked(
    z.record(z.string(), z.unknown()),
    modelTopology['model_config'] ?? modelTopology,
    `${where}, model_config`,
  );
  return { topology, groups: parseManifest(weightsManifest ?? [], where) };
}
