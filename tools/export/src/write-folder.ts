// Writing an artifact, or a converted model, so that its folder is always whole: beside, synced, then renamed.
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ExportError } from './errors.js';
import { foreignFile } from './file-names.js';

export interface ArtifactFile {
  /** A plain file name. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** Refuses early what `writeFolder` could not put in place.
 *  @throws {ExportError} `folder-taken` if the folder holds anything but an artifact */
export async function checkFolderIsFree(folder: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new ExportError('folder-taken', `${folder}: is not a folder; choose another`, {
      cause: error,
    });
  }
  const foreign = foreignFile(names);
  if (foreign === undefined) return;
  throw new ExportError(
    'folder-taken',
    `${folder}: not replaced, because it holds ${foreign}, which is no part of a model; ` +
      'choose another folder or empty this one',
  );
}

/** Writes the files into a folder of their own. An artifact that is there already is replaced; it stays if the new one
 *  cannot be put in its place.
 *  @throws {ExportError} `folder-taken` if the folder holds anything but an artifact */
export async function writeFolder(folder: string, files: readonly ArtifactFile[]): Promise<void> {
  await checkFolderIsFree(folder);
  const target = resolve(folder);
  const parent = dirname(target);
  const fresh = join(parent, `.tmp-${basename(target)}-new`);
  const old = join(parent, `.tmp-${basename(target)}-old`);
  try {
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true });
    for (const { name, content } of files) await writeSynced(join(fresh, name), content);
    await rm(old, { recursive: true, force: true });
    const hadOld = await renameIfThere(target, old);
    try {
      await rename(fresh, target);
    } catch (error) {
      if (hadOld) await rename(old, target);
      throw error;
    }
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  await rm(old, { recursive: true, force: true });
}

async function writeSynced(path: string, content: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function renameIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
