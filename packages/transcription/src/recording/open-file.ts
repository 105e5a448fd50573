// A file of a recording, read in parts.
import { open, stat } from 'node:fs/promises';
import { TranscriptionError } from '../transcription-error.js';
import type { RecordingFile } from './recording.js';

/** @throws {TranscriptionError} `not-a-file` or `unreadable`, naming the file */
export async function openRecordingFile(path: string): Promise<RecordingFile> {
  try {
    // Opening a pipe or a device would wait for ever.
    const stats = await stat(path);
    if (!stats.isFile()) throw new TranscriptionError('not-a-file', `${path}: not a file`);
    const file = await open(path);
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, stats.size - offset)));
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await file.read(
          bytes,
          filled,
          bytes.length - filled,
          offset + filled,
        );
        if (bytesRead === 0) break; // the file became shorter
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    };
    return {
      path,
      size: stats.size,
      read: (offset, length) => read(offset, length).catch((cause) => fail(path, cause)),
      close: () => file.close(),
    };
  } catch (cause) {
    return fail(path, cause);
  }
}

function fail(path: string, cause: unknown): never {
  if (cause instanceof TranscriptionError) throw cause;
  const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT') {
    throw new TranscriptionError('not-a-file', `${path}: there is no such file`, { cause });
  }
  throw new TranscriptionError('unreadable', `${path}: cannot be read (${code})`, { cause });
}
