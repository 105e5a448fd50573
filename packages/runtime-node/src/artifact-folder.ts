// The files of a model artifact's folder, read with care: the folder may come from anywhere. They are read once, so what
// is verified is what the runtime gets, whatever becomes of the files meanwhile.
import { constants, type FileHandle, open, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ArtifactError } from '@ostinato/core';

/** Far above any model that this project makes; keeps a wrong folder from filling the memory. */
const MOST_FILES = 64;
const MOST_BYTES = 2 ** 30;

/** A link is not followed and a pipe is not waited for; Windows has neither flag, and neither kind of file here. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export interface ReadOptions {
  /** Take files that have other names too. Default false: through these, somebody else could change them. */
  readonly hardLinks?: boolean;
}

/** Reads every file of a folder; names that begin with a dot are the file system's business.
 *  @returns contents by name
 *  @throws {ArtifactError} `missing-file` if the folder or a file cannot be read, `extra-file` if it holds what no artifact
 *    does (folders, too many files), `linked-file` for symbolic links and, unless told, hard ones, `wrong-size` beyond 1 GiB */
export async function readArtifactFolder(
  folder: string,
  options: ReadOptions = {},
): Promise<Map<string, Uint8Array>> {
  const entries = await listFolder(folder);
  if (entries.length > MOST_FILES) {
    const found = `expected at most ${MOST_FILES} files, found ${entries.length}`;
    throw new ArtifactError('extra-file', `${basename(folder)}: ${found}; is this a model?`);
  }
  const files = new Map<string, Uint8Array>();
  let room = MOST_BYTES;
  for (const entry of entries) {
    if (entry.isSymbolicLink()) refuseLink(entry.name, 'a symbolic link');
    if (!entry.isFile()) refuseKind(entry.name);
    const content = await readWithin(folder, entry.name, room, options);
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
    throw unreadable(folder, 'expected the folder of a model, cannot read it', cause);
  }
}

async function readWithin(
  folder: string,
  name: string,
  room: number,
  { hardLinks = false }: ReadOptions,
): Promise<Uint8Array> {
  let file: FileHandle;
  try {
    file = await open(join(folder, name), OPEN_FLAGS);
  } catch (cause) {
    // The file was listed as a regular one: it was replaced by a link meanwhile.
    if ((cause as NodeJS.ErrnoException).code === 'ELOOP') refuseLink(name, 'a symbolic link');
    throw unreadable(name, 'cannot be read', cause);
  }
  try {
    const stats = await file.stat();
    if (!stats.isFile()) refuseKind(name);
    if (stats.nlink > 1 && !hardLinks)
      refuseLink(name, `a file with ${stats.nlink} names (hard links)`);
    if (stats.size > room) {
      const limit = `${MOST_BYTES / 2 ** 20} MiB`;
      throw new ArtifactError('wrong-size', `${name}: the files are larger than ${limit} together`);
    }
    return await readExactly(file, name, stats.size);
  } finally {
    await file.close();
  }
}

/** As many bytes as the file had when it was opened, even if it grows meanwhile. */
async function readExactly(file: FileHandle, name: string, size: number): Promise<Uint8Array> {
  const content = new Uint8Array(size);
  for (let done = 0; done < size;) {
    const { bytesRead } = await file.read(content, done, size - done, done);
    if (bytesRead === 0) {
      const found = `expected ${size} bytes, found ${done}`;
      throw new ArtifactError('wrong-size', `${name}: ${found}; it is being written to`);
    }
    done += bytesRead;
  }
  return content;
}

/** Through a link, somebody else could change the file, or it could be one that is not the model's. */
function refuseLink(name: string, found: string): never {
  throw new ArtifactError(
    'linked-file',
    `${name}: expected a file of its own, found ${found}; put a copy in its place`,
  );
}

function refuseKind(name: string): never {
  throw new ArtifactError('extra-file', `${name}: expected a regular file; remove it`);
}

function unreadable(name: string, problem: string, cause: unknown): ArtifactError {
  const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new ArtifactError('missing-file', `${name}: ${problem} (${reason})`, { cause });
}
