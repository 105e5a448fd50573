// Reads a file of a run, whatever stands in its place: a pipe is not waited for, a huge file is not read.
import { constants, type FileHandle, open } from 'node:fs/promises';
import { CheckpointError } from './checkpoint-error.js';

/** A read of one block; larger ones would fail on some systems. */
const BLOCK_BYTES = 2 ** 28;
/** Errors that say that there is no such file, as opposed to one that cannot be read now. */
const NOT_THERE = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENXIO']);

export interface StoredFile {
  /** Names the file in messages. */
  readonly where: string;
  /** Bytes; a longer file is refused unread. */
  readonly limit: number;
}

/** Reads a whole file.
 *  @throws {CheckpointError} `missing` if there is no regular file, `unreadable` if the system refuses, `damaged` if it
 *    is longer than the limit */
export async function readStoredFile(path: string, { where, limit }: StoredFile): Promise<Buffer> {
  let file: FileHandle | undefined;
  try {
    file = await openStoredFile(path, constants.O_RDONLY, where);
    const { size } = await file.stat();
    if (size > limit) {
      throw new CheckpointError(
        'damaged',
        `${where}: expected at most ${limit} bytes, found ${size}`,
      );
    }
    return await readBytes(file, size);
  } catch (cause) {
    if (cause instanceof CheckpointError) throw cause;
    throw refusal(cause, where);
  } finally {
    await file?.close();
  }
}

/** Opens a regular file without waiting: opening a pipe would last until somebody writes to it.
 *  @param flags of open(2)
 *  @param where names the file in messages
 *  @throws {CheckpointError} `missing` if something else is in its place
 *  @throws {Error} of the system if it cannot be opened */
export async function openStoredFile(
  path: string,
  flags: number,
  where: string,
): Promise<FileHandle> {
  const file = await open(path, flags | noWaiting);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new CheckpointError('missing', `${where}: not a file`);
}

/** Windows has no such flag and no such pipes. */
const noWaiting = (constants as { O_NONBLOCK?: number }).O_NONBLOCK ?? 0;

async function readBytes(file: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(size);
  let end = 0;
  while (end < size) {
    const length = Math.min(BLOCK_BYTES, size - end);
    const { bytesRead } = await file.read(bytes, end, length, end);
    if (bytesRead === 0) break;
    end += bytesRead;
  }
  return bytes.subarray(0, end);
}

function refusal(cause: unknown, where: string): CheckpointError {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code !== undefined && NOT_THERE.has(code)) {
    const what = code === 'ENOENT' ? 'there is no such file' : `not a file (${code})`;
    return new CheckpointError('missing', `${where}: ${what}`, { cause });
  }
  return new CheckpointError('unreadable', `${where}: cannot be read (${code ?? message})`, {
    cause,
  });
}
