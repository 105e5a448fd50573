// Writing so that a crash or a power cut leaves the old content or the new, never half of one.
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeFailed } from './write-failed.js';

/** Names that begin so are unfinished work; whoever finds one at a start may delete it. */
export const TEMPORARY_PREFIX = '.tmp-';

/** How a file is written; given from outside in tests of a full disk. */
export type WriteFile = (path: string, bytes: Uint8Array) => Promise<void>;

/** Writes a new file and waits until the disk has it. */
export async function writeFileDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Waits until the disk has a folder's list of names: after a rename in it. */
export async function syncFolder(path: string): Promise<void> {
  // Windows has no such call and orders renames itself.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Replaces a file in one instant, or leaves it as it was.
 *  @throws {CheckpointError} `write-failed` if the system refuses */
export async function replaceFile(
  path: string,
  bytes: Uint8Array,
  writeFile: WriteFile = writeFileDurably,
): Promise<void> {
  const folder = dirname(path);
  const temporary = temporaryPath(path);
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, path);
    await syncFolder(folder);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeFailed(folder, basename(path), cause);
  }
}

/** Where something is written before it gets its name. */
export function temporaryPath(path: string): string {
  return join(dirname(path), TEMPORARY_PREFIX + basename(path));
}
