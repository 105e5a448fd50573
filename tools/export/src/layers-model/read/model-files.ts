// The files of a TF.js model: model.json, and the weights beside it. They may come from anywhere.
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { damaged } from './refuse.js';
import { readStoredFile } from './stored-file.js';
import type { WeightGroup } from './weights.js';

export const MODEL_FILE = 'model.json';
/** A longer model.json is refused unread; one of 1,000 layers takes about a megabyte. */
const MAX_MODEL_BYTES = 2 ** 26;

/** Reads the description of a model.
 *  @param path of a model.json, or of the folder that it is in
 *  @returns the path of the file, and its name for messages
 *  @throws {ExportError} `missing-model` or `damaged-model` */
export async function readModelJson(
  path: string,
): Promise<{ json: unknown; file: string; where: string }> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  const file = isFolder ? join(path, MODEL_FILE) : path;
  const where = basename(file);
  const text = (await readStoredFile(file, file, MAX_MODEL_BYTES)).toString('utf8');
  try {
    return { json: JSON.parse(text), file, where };
  } catch (cause) {
    return damaged(where, 'expected JSON; was it cut?', cause);
  }
}

/** Reads the files that a manifest names, by their names.
 *  @param file of the model.json that they lie beside
 *  @throws {ExportError} `missing-model`, or `damaged-model` for one that is too long */
export async function readWeightFiles(
  groups: readonly WeightGroup[],
  file: string,
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const group of groups) {
    let rest = group.bytes;
    for (const name of group.paths) {
      const bytes = await readStoredFile(join(dirname(file), name), name, rest);
      rest -= bytes.length;
      files.set(name, bytes);
    }
  }
  return files;
}

/** The bytes of all groups, each of the length that its weights have. */
export function joinFiles(
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
