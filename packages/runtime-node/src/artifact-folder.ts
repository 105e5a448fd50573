// The files of a model artifact's folder, read with care: the folder may come from anywhere.
import { open, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ArtifactError } from '@ostinato/core';

/** Far above any model that this project makes; keeps a wrong folder from filling the memory. */
const MOST_FILES = 64;
const MOST_BYTES = 2 ** 30;

/** Reads every file of a folder; names that begin with a dot are the file system's business.
 *  @returns contents by name
 *  @throws {ArtifactError} `missing-file` if the folder cannot be read, `extra-file` if it holds what no artifact does
 *    (folders, links, too many files), `wrong-size` beyond 1 GiB */
export async function readArtifactFolder(folder: string): Promise<Map<string, Uint8Array>> {
  const entries = await listFolder(folder);
  if (entries.length > MOST_FILES) {
    const found = `expected at most ${MOST_FILES} files, found ${entries.length}`;
    throw new ArtifactError('extra-file', `${basename(folder)}: ${found}; is this a model?`);
  }
  const files = new Map<string, Uint8Array>();
  let room = MOST_BYTES;
  for (const entry of entries) {
    if (!entry.isFile()) {
      throw new ArtifactError('extra-file', `${entry.name}: expected a regular file; remove it`);
    }
    const content = await readWithin(folder, entry.name, room);
    room -= content.length;
    files.set(entry.name, content);
  }
  return files;
}

async function listFolder(folder: string) {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter(({ name }) => !name.startsWith('.'));
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new ArtifactError(
      'missing-file',
      `${folder}: expected the folder of a model, cannot read it (${reason})`,
      { cause },
    );
  }
}

async function readWithin(folder: string, name: string, room: number): Promise<Uint8Array> {
  const file = await open(join(folder, name), 'r');
  try {
    const { size } = await file.stat();
    if (size > room) {
      const limit = `${MOST_BYTES / 2 ** 20} MiB`;
      throw new ArtifactError('wrong-size', `${name}: the files are larger than ${limit} together`);
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}
