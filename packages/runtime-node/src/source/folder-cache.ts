// Downloaded models in a folder, by hash. Files appear whole, by a rename; what is still coming is a part beside them.
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArtifactCache, beginInMemory } from '@ostinato/core';
import { openPartFile, PART_SUFFIX } from './part-file.js';

export interface FolderCacheOptions {
  /** What the models may take together; those that were not used for the longest time go first. Default 4 GiB. */
  readonly mostBytes?: number;
  /** How long to wait for another process whose download of the same file does not grow, milliseconds. Default 60,000:
   *  more than a download waits for its server. */
  readonly patienceMs?: number;
}

const TEMPORARY_PREFIX = '.tmp-';

/** Nobody comes back to an unfinished file after that. */
const MOST_UNFINISHED_MS = 7 * 24 * 3_600_000;

/** @param folder is made when something is to be kept. It may be emptied or removed at any time. */
export function createFolderCache(
  folder: string,
  { mostBytes = 4 * 2 ** 30, patienceMs = 60_000 }: FolderCacheOptions = {},
): ArtifactCache {
  const cache: ArtifactCache = {
    get: (key, most) => orUndefined(() => readEntry(join(folder, key), most)),
    put: async (key, content) => {
      await orUndefined(async () => {
        await makeFolder(folder);
        await writeEntry(folder, key, content);
        await makeRoom(folder, mostBytes);
      });
    },
    delete: async (key) => {
      await orUndefined(() => rm(join(folder, key), { force: true }));
    },
    begin: async (key, { bytes, signal }) => {
      await orUndefined(() => makeFolder(folder));
      const part = await openPartFile(join(folder, key), { bytes, patienceMs, signal });
      return part ?? beginInMemory(cache, key);
    },
  };
  return cache;
}

async function orUndefined<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

async function readEntry(path: string, mostBytes: number): Promise<Uint8Array | undefined> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > mostBytes) return undefined;
    const content = await file.readFile();
    await orUndefined(() => utimes(path, new Date(), new Date())); // when it was last of use
    return content;
  } finally {
    await file.close();
  }
}

async function writeEntry(folder: string, key: string, content: Uint8Array): Promise<void> {
  const temporary = join(folder, TEMPORARY_PREFIX + randomUUID());
  try {
    await writeFile(temporary, content, { flush: true, mode: 0o600 });
    await rename(temporary, join(folder, key));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Removes what was left unfinished long ago, and what was not used for the longest time until the rest fits. */
async function makeRoom(folder: string, mostBytes: number): Promise<void> {
  const now = Date.now();
  const entries = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const path = join(folder, name);
      const { size, mtimeMs } = await stat(path);
      return { path, size, mtimeMs, isUnfinished: isUnfinished(name) };
    }),
  );
  const finished = entries.filter((entry) => !entry.isUnfinished);
  const left = entries.filter(
    (entry) => entry.isUnfinished && now - entry.mtimeMs > MOST_UNFINISHED_MS,
  );
  let total = finished.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of finished.toSorted((a, b) => a.mtimeMs - b.mtimeMs)) {
    if (total <= mostBytes) break;
    await rm(path, { force: true });
    total -= size;
  }
  for (const { path } of left) await rm(path, { force: true });
}

function isUnfinished(name: string): boolean {
  return name.endsWith(PART_SUFFIX) || name.startsWith(TEMPORARY_PREFIX);
}
