// A folder as a source: every file below it, in the order of the names, archives opened in passing.
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CorpusError } from '../corpus-error.js';
import { walkArchive } from './archive.js';
import { checkSize } from './file-stamp.js';
import { fileKind, type SourceFile, type SourceItem, type SourceProblem } from './source.js';

/** A file found below the root, or a place that is left out; told without opening it. */
export type FolderEntry = { type: 'found'; path: string } | SourceProblem;

/** Lists everything below `root`, folder by folder, sorted by name. Symbolic links are not followed, so the list
 *  never leaves the folder and never runs in a circle.
 *  @param excluded absolute paths of folders that are passed over (the corpus being written) */
export async function listFolder(
  root: string,
  excluded: ReadonlySet<string> = new Set(),
): Promise<FolderEntry[]> {
  const entries: FolderEntry[] = [];
  const visit = async (folder: string): Promise<void> => {
    const absolute = join(root, folder);
    let children;
    try {
      children = await readdir(absolute, { withFileTypes: true });
    } catch (error) {
      if (folder === '') throw error;
      entries.push(dropped(folder, 'unreadable', `the folder cannot be read (${codeOf(error)})`));
      return;
    }
    for (const child of children.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder === '' ? child.name : `${folder}/${child.name}`;
      if (child.isDirectory()) {
        if (!excluded.has(join(root, path))) await visit(path);
      } else if (child.isFile()) {
        entries.push({ type: 'found', path });
      } else if (child.isSymbolicLink()) {
        entries.push(
          skipped(path, 'symbolic-link', 'symbolic links are not followed; copy the file'),
        );
      } else {
        entries.push(skipped(path, 'not-a-file', 'neither a file nor a folder'));
      }
    }
  };
  await visit('');
  return entries;
}

/** Every file of a listed folder; an archive that breaks off is a problem, not an end.
 *  @param onEntry told the index of each entry before its items are given */
export async function* walkFolder(
  root: string,
  entries: readonly FolderEntry[],
  onEntry: (index: number) => void = () => undefined,
): AsyncGenerator<SourceItem, void, undefined> {
  for (const [index, entry] of entries.entries()) {
    onEntry(index);
    if (entry.type === 'problem') {
      yield entry;
    } else if (fileKind(entry.path) === 'archive') {
      yield* walkInnerArchive(join(root, entry.path), entry.path);
    } else {
      yield toFile(join(root, entry.path), entry.path);
    }
  }
}

async function* walkInnerArchive(file: string, path: string): AsyncGenerator<SourceItem, void> {
  try {
    yield* walkArchive(file, { prefix: `${path}/` });
  } catch (error) {
    if (!(error instanceof CorpusError)) throw error;
    yield dropped(path, error.code, error.message);
  }
}

function toFile(file: string, path: string): SourceFile {
  return { type: 'file', path, file, read: () => readWhole(file, path) };
}

async function readWhole(file: string, path: string): Promise<Uint8Array> {
  try {
    checkSize(path, (await stat(file)).size);
    return await readFile(file);
  } catch (cause) {
    if (cause instanceof CorpusError) throw cause;
    throw new CorpusError('unreadable', `the file cannot be read (${codeOf(cause)})`, { cause });
  }
}

function skipped(path: string, code: string, message: string): SourceProblem {
  return { type: 'problem', path, status: 'skipped', code, message };
}

function dropped(path: string, code: string, message: string): SourceProblem {
  return { type: 'problem', path, status: 'dropped', code, message };
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
