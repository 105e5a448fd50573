// Tells what a path is and opens it as a source.
import { realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { refuseMusicNetNpz } from '@ostinato/core';
import { CorpusError } from '../corpus-error.js';
import { walkArchive } from './archive.js';
import { listFolder, walkFolder } from './folder.js';
import { fileKind, type CorpusSource } from './source.js';

export interface OpenSourceOptions {
  /** Absolute paths of folders below the source that are passed over. */
  readonly excluded?: ReadonlySet<string>;
}

/** Opens a folder of any layout, or a `.tar`, `.tar.gz` or `.tgz` archive.
 *  @throws {CorpusError} if there is nothing there, or something else */
export async function openSource(
  path: string,
  { excluded = new Set() }: OpenSourceOptions = {},
): Promise<CorpusSource> {
  const { root, isFolder } = await resolveSource(path);
  const name = basename(root);
  if (isFolder) {
    const entries = await listFolder(root, excluded);
    const hasArchives = entries.some((entry) => fileKind(entry.path) === 'archive');
    let begun = 0;
    return {
      place: root,
      name,
      itemCount: hasArchives ? undefined : entries.length,
      shareDone: () => begun / Math.max(1, entries.length),
      walk: () =>
        walkFolder(root, entries, (index) => {
          begun = index;
        }),
    };
  }
  const kind = fileKind(root);
  if (kind === 'archive') {
    let shareRead = (): number => 0;
    const watch = (share: () => number): void => {
      shareRead = share;
    };
    return {
      place: root,
      name,
      itemCount: undefined,
      shareDone: () => shareRead(),
      walk: () => walkArchive(root, { prefix: `${name}/`, watch }),
    };
  }
  if (kind === 'npz') refuseMusicNetNpz(name);
  throw new CorpusError(
    'unknown-source',
    `${name}: expected a folder, or an archive ending in .tar, .tar.gz or .tgz; found another file`,
  );
}

async function resolveSource(path: string): Promise<{ root: string; isFolder: boolean }> {
  try {
    const root = await realpath(path);
    return { root, isFolder: (await stat(root)).isDirectory() };
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    throw new CorpusError(
      'no-source',
      `${path}: expected a folder or an archive of music; it cannot be opened (${code})`,
      { cause },
    );
  }
}
