// Results as files of a folder, which several machines may share. Written beside, synced, and linked to their names: a
// link, unlike a rename, fails where the name is taken.
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OstinatoError } from '@ostinato/core';
import { RESULT_SUFFIX, type ResultStorage } from './result-storage.js';

const TEMPORARY_SUFFIX = '.ostinato-tmp';

/** @param folder is made if it is missing
 *  @throws {OstinatoError} `results-folder` if that fails */
export async function openFolderStorage(folder: string): Promise<ResultStorage> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new OstinatoError('results-folder', `${folder}: cannot be made (${reason})`, { cause });
  }
  const storage: ResultStorage = {
    async put(name, bytes) {
      const temporary = join(folder, `.${randomUUID()}${TEMPORARY_SUFFIX}`);
      try {
        await writeSynced(temporary, bytes);
        await link(temporary, join(folder, name));
        await syncFolder(folder);
        return true;
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return false;
        throw error;
      } finally {
        await rm(temporary, { force: true });
      }
    },
    async get(name) {
      try {
        return await readFile(join(folder, name));
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined;
        throw error;
      }
    },
    remove: (name) => rm(join(folder, name), { force: true }),
    async removeOlderThan(time) {
      for (const name of await readdir(folder)) {
        // Unfinished files are those of processes that were killed.
        if (!name.endsWith(RESULT_SUFFIX) && !name.endsWith(TEMPORARY_SUFFIX)) continue;
        const found = await stat(join(folder, name)).catch(() => undefined); // others remove too
        if (found?.isFile() && found.mtimeMs < time) await storage.remove(name);
      }
    },
  };
  return storage;
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Waits until the disk has the folder's list of names. Windows has no such call. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}
