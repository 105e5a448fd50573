// Files that a command writes: whole or not at all.
import { mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OstinatoError } from '@ostinato/core';

/** A place that cannot be written. */
export class OutputError extends OstinatoError {}

/** Refuses a place where a file cannot go, before any work is done for it. Creates its folder.
 *  @throws {OutputError} */
export async function checkOutputFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) {
    throw new OutputError('output-is-folder', `${path} is a folder; name a file inside it`);
  }
  // The file takes the place of what is there, and a pipe or a device is not ours to remove.
  if (found && !found.isFile()) {
    throw new OutputError('output-not-a-file', `${path}: not a file; choose another name`);
  }
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new OutputError('output-folder', `${path}: its folder cannot be made (${reason})`, {
      cause,
    });
  }
}

/** Writes a file beside its place, then renames it: whoever looks sees the old file or the new one. A link to a file
 *  stays, and the file that it leads to is replaced.
 *  @throws {OutputError} if it cannot be written; the old file stays */
export async function writeOutputFile(path: string, content: Uint8Array | string): Promise<void> {
  const place = await realpath(path).catch(() => path); // not there yet
  // Short, so that any name which the system takes can be written.
  const temporary = join(dirname(place), `.ostinato-${process.pid}.tmp`);
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, place);
  } catch (cause) {
    await rm(temporary, { force: true });
    const reason = (cause as Error).message;
    throw new OutputError('output-write', `${path}: cannot be written (${reason})`, { cause });
  }
}
