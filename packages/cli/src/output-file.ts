// Files that a command writes: whole or not at all.
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
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
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new OutputError('output-folder', `${path}: its folder cannot be made (${reason})`, {
      cause,
    });
  }
}

/** Writes a file beside its place, then renames it: whoever looks sees the old file or the new one.
 *  @throws {OutputError} if it cannot be written; the old file stays */
export async function writeOutputFile(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    const reason = (cause as Error).message;
    throw new OutputError('output-write', `${path}: cannot be written (${reason})`, { cause });
  }
}
