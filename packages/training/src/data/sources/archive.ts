// A tar archive (.tar, .tar.gz, .tgz) as a source: streamed entry by entry, never unpacked to disk.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import * as tar from 'tar-stream';
import { CorpusError } from '../corpus-error.js';
import { checkSize, fileStamp } from './file-stamp.js';
import type { SourceItem } from './source.js';

/** More entries than any collection of music has; an archive that claims more is broken or hostile. */
const MAX_ENTRIES = 2_000_000;
const GZIP_MAGIC = 0x8b1f;

export interface ArchiveOptions {
  /** What the paths of the entries begin with, e.g. `musicnet.tar.gz/`. */
  readonly prefix: string;
  readonly maxEntries?: number;
  /** Given a function that tells at any time which share of the archive has been read, in [0, 1]. */
  readonly watch?: (shareRead: () => number) => void;
}

/** Every entry of the archive, in its order.
 *  @throws {CorpusError} `unreadable-archive` where the archive breaks off or is none */
export async function* walkArchive(
  file: string,
  { prefix, maxEntries = MAX_ENTRIES, watch }: ArchiveOptions,
): AsyncGenerator<SourceItem, void, undefined> {
  const extract = tar.extract();
  // A failure of any part destroys `extract` with its error, which the loop below throws.
  const ignore = (): void => undefined;
  const status = await stat(file);
  const stream = createReadStream(file);
  watch?.(() => Math.min(1, stream.bytesRead / Math.max(1, status.size)));
  if (await isGzip(file)) {
    pipeline(stream, createGunzip(), extract, ignore);
  } else {
    pipeline(stream, extract, ignore);
  }

  let entries = 0;
  try {
    for await (const entry of extract) {
      if (++entries > maxEntries) throw new Error(`more than ${maxEntries} entries`);
      const item = toItem(entry, prefix, fileStamp(status));
      if (item) yield item;
      entry.resume(); // whatever the reader left is skipped
    }
  } catch (cause) {
    if (cause instanceof CorpusError) throw cause;
    throw new CorpusError(
      'unreadable-archive',
      `${prefix.slice(0, -1)}: the archive cannot be read past entry ${entries} (${messageOf(cause)}); ` +
        'download or pack it again',
      { cause },
    );
  } finally {
    extract.destroy();
  }
}

/** An entry of an archive: its head, and its bytes as a stream. */
type Entry = tar.Extract extends AsyncIterable<infer E> ? E : never;

function toItem(entry: Entry, prefix: string, archiveStamp: string): SourceItem | undefined {
  const { name, type, size } = entry.header;
  const path = prefix + name.replace(/^(\.?\/)+/, '');
  if (type === 'directory') return undefined;
  if (type !== 'file' && type !== 'contiguous-file') {
    return {
      type: 'problem',
      path,
      status: 'skipped',
      code: 'not-a-file',
      message: `an entry of type ${type}`,
    };
  }
  return {
    type: 'file',
    path,
    stamp: `${archiveStamp}:${size}`,
    read: () => readEntry(entry, path, size),
  };
}

async function readEntry(entry: Entry, path: string, size: number): Promise<Uint8Array> {
  checkSize(path, size);
  const bytes = new Uint8Array(size);
  let offset = 0;
  try {
    for await (const chunk of entry as AsyncIterable<Uint8Array>) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
  } catch (cause) {
    throw new CorpusError(
      'unreadable',
      `${path}: the archive breaks off inside it (${messageOf(cause)})`,
      { cause },
    );
  }
  return bytes;
}

async function isGzip(file: string): Promise<boolean> {
  for await (const chunk of createReadStream(file, { end: 1 }) as AsyncIterable<Buffer>) {
    return chunk.length === 2 && chunk.readUInt16LE() === GZIP_MAGIC;
  }
  return false;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
