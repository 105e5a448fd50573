// A TF.js LayersModel from its files: model.json and the weights beside it. They may come from anywhere.
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { ExportError } from '../errors.js';
import { checkDepth } from './read/check-depth.js';
import { checked, damaged } from './read/refuse.js';
import { readStoredFile } from './read/stored-file.js';
import { parseNetwork } from './read/topology.js';
import { decodeWeights, parseManifest, type WeightGroup } from './read/weights.js';
import type { LayersModel } from './types.js';

const MODEL_FILE = 'model.json';
/** A longer model.json is refused unread; one of 1,000 layers takes about a megabyte. */
const MAX_MODEL_BYTES = 2 ** 26;

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
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  const file = isFolder ? join(path, MODEL_FILE) : path;
  const where = basename(file);
  const text = (await readStoredFile(file, file, MAX_MODEL_BYTES)).toString('utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    return damaged(where, 'expected JSON; was it cut?', cause);
  }
  const { groups } = openModel(json, where);
  const files = new Map<string, Uint8Array>();
  for (const group of groups) {
    let rest = group.bytes;
    for (const name of group.paths) {
      const bytes = await readStoredFile(join(dirname(file), name), name, rest);
      rest -= bytes.length;
      files.set(name, bytes);
    }
  }
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

/** The bytes of all groups, each of the length that its weights have. */
function joinFiles(
  groups: readonly WeightGroup[],
  files: ReadonlyMap<string, Uint8Array>,
  where: string,
): Uint8Array<ArrayBuffer> {
  const parts = groups.flatMap(({ paths, bytes }) => {
    const found = paths.map((path) => {
      return files.get(path) ?? damaged(where, `its weights in ${path} were not given`);
    });
    const length = found.reduce((sum, part) => sum + part.length, 0);
    if (length !== bytes) {
      const names = paths.length === 0 ? 'no file' : paths.slice(0, 3).join(' + ');
      damaged(where, `its weights take ${bytes} bytes, ${names} has ${length}; was it cut?`);
    }
    return found;
  });
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let start = 0;
  for (const part of parts) {
    joined.set(part, start);
    start += part.length;
  }
  return joined;
}
