// The stamp of a file: what changes when its content does, told without reading it.
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CorpusError } from '../corpus-error.js';
import { MAX_FILE_BYTES } from './source.js';

/** Size and time of the last change. */
export function fileStamp({ size, mtimeMs }: Pick<Stats, 'size' | 'mtimeMs'>): string {
  return `${size}:${mtimeMs}`;
}

/** The stamp that a file has now, or undefined if it cannot be told. */
export async function currentStamp(file: string): Promise<string | undefined> {
  try {
    return fileStamp(await stat(file));
  } catch {
    return undefined;
  }
}

/** @throws {CorpusError} `file-too-large` beyond `MAX_FILE_BYTES` */
export function checkSize(path: string, bytes: number): void {
  if (bytes <= MAX_FILE_BYTES) return;
  throw new CorpusError(
    'file-too-large',
    `${path}: ${bytes} bytes; files of more than ${MAX_FILE_BYTES} bytes are not read`,
  );
}
