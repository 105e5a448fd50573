// What `ostinato export` is given, told by its files.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_FILE } from '@ostinato/core';
import { InputError } from './input-file.js';

/** A run or a checkpoint of ours, a model of ours, or a LayersModel of TF.js. */
export type SourceKind = 'run' | 'model' | 'layers-model';

/** A file of each kind's folder that no other kind has. */
const SIGNS: readonly (readonly [kind: SourceKind, file: string])[] = [
  ['model', MANIFEST_FILE],
  ['layers-model', 'model.json'],
  ['run', 'run.json'],
  ['run', 'state.json'],
];

/** Tells what a path is; a folder without a sign is taken for a run, whose reader says what is missing.
 *  @throws {InputError} `ambiguous-source` if a folder is of two kinds */
export async function exportSourceKind(path: string): Promise<SourceKind> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isFile()) return 'layers-model';
  const found: (readonly [SourceKind, string])[] = [];
  for (const sign of SIGNS) {
    const there = await stat(join(path, sign[1])).catch(() => undefined);
    if (there) found.push(sign);
  }
  const kinds = new Set(found.map(([kind]) => kind));
  if (kinds.size > 1) {
    const files = found.map(([, file]) => file).join(' and ');
    throw new InputError(
      'ambiguous-source',
      `${path}: has ${files}, so it could be more than one thing; name the file model.json itself, or the folder of the run or model alone`,
    );
  }
  return found[0]?.[0] ?? 'run';
}
