// Reading one file of a model: a pipe is not waited for, and no more is read than the caller expects.
import { constants, type FileHandle, open } from 'node:fs/promises';
import { ExportError } from '../../errors.js';
import { damaged } from './refuse.js';

/** Windows has no such flag and no such pipes. */
const NO_WAITING = (constants as { O_NONBLOCK?: number }).O_NONBLOCK ?? 0;

/** Reads a whole file.
 *  @param where names the file in messages
 *  @param limit bytes; a longer file is refused unread
 *  @throws {ExportError} `missing-model` if it is not there or not readable, `damaged-model` if it is longer */
export async function readStoredFile(path: string, where: string, limit: number): Promise<Buffer> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | NO_WAITING);
    const stats = await file.stat();
    if (!stats.isFile()) throw new ExportError('missing-model', `${where}: not a file`);
    if (stats.size > limit) {
      damaged(where, `expected at most ${limit} bytes, found ${stats.size}`);
    }
    return await file.readFile();
  } catch (cause) {
    if (cause instanceof ExportError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`;
    throw new ExportError('missing-model', `${where}: ${reason}`, { cause });
  } finally {
    await file?.close();
  }
}
