// The place of a corpus or a shard: a folder that is there whole or not at all, and replaced only by its like.
import { mkdir, readdir, realpath, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { syncFolder } from '../../checkpoint/durable.js';
import { CorpusError } from '../corpus-error.js';

/** What lies in a folder of a kind. */
export interface PlaceKind {
  /** In words, e.g. `a corpus`. */
  readonly name: string;
  /** The file without which it is none. */
  readonly mark: string;
  /** All files that may be in it. */
  readonly files: ReadonlySet<string>;
}

/** Makes sure that a folder can be written, and sweeps what interrupted runs left beside it.
 *  @throws {CorpusError} `not-a-corpus` if something else is in its place */
export async function clearPlace(folder: string, kind: PlaceKind): Promise<void> {
  const target = resolve(folder);
  await checkReplaceable(target, kind);
  await sweep(target);
}

/** Moves a finished folder to its place; an older one of the same kind there is removed. Two renames: a folder cannot
 *  replace another in one. A run killed between them leaves the old one under its `replaced` name, from which the next
 *  run takes it back.
 *  @throws {CorpusError} `not-a-corpus` if something else came into its place meanwhile */
export async function moveToPlace(from: string, folder: string, kind: PlaceKind): Promise<void> {
  const target = resolve(folder);
  await checkReplaceable(target, kind);
  await syncFolder(from);
  const replaced = besidePlace(target, `replaced-${process.pid}`);
  const hadOld = await renameIfThere(target, replaced);
  try {
    await rename(from, target);
  } catch (error) {
    if (hadOld) await rename(replaced, target);
    throw error;
  }
  await syncFolder(dirname(target));
  if (hadOld) await rm(replaced, { recursive: true, force: true });
}

/** A hidden name beside a folder, for what belongs to it. */
export function besidePlace(folder: string, what: string): string {
  const target = resolve(folder);
  return join(dirname(target), `.${basename(target)}.${what}`);
}

/** The real path that a folder has or will have, for comparison with what a walk meets. */
export async function realPlace(folder: string): Promise<string> {
  const target = resolve(folder);
  let parent = dirname(target);
  for (;;) {
    const real = await realpath(parent).catch(() => undefined);
    if (real !== undefined) return join(real, target.slice(parent.length));
    if (dirname(parent) === parent) return target;
    parent = dirname(parent);
  }
}

/** Makes the folder above a place. */
export async function makeParent(folder: string): Promise<void> {
  await mkdir(dirname(resolve(folder)), { recursive: true });
}

async function checkReplaceable(folder: string, { name, mark, files }: PlaceKind): Promise<void> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    const found = code === 'ENOTDIR' ? 'a file' : `a folder that cannot be read (${code})`;
    throw new CorpusError('not-a-corpus', `${folder}: expected a folder, found ${found}`, {
      cause: error,
    });
  }
  const foreign = names.find((each) => !files.has(each));
  if (names.length > 0 && (foreign !== undefined || !names.includes(mark))) {
    throw new CorpusError(
      'not-a-corpus',
      `${folder}: not overwritten, because it holds ${foreign ?? names[0]}, which is no part of ${name}; ` +
        'choose another folder or empty this one',
    );
  }
}

/** Takes back a folder whose replacement was cut short between the two renames, and removes one that was replaced. */
async function sweep(target: string): Promise<void> {
  const folder = dirname(target);
  const leftOver = new RegExp(`^\\.${escapeForRegExp(basename(target))}\\.replaced-(\\d+)$`);
  const names = await readdir(folder).catch(() => []); // not there yet: nothing to sweep
  for (const name of names) {
    const match = leftOver.exec(name);
    if (!match || isRunning(Number(match[1]))) continue;
    const path = join(folder, name);
    if (!(await renameIfAbsent(path, target))) await rm(path, { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false; // a number used again: this run has made nothing yet
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function renameIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Renames a folder to a name that is free or an empty folder. */
async function renameIfAbsent(from: string, to: string): Promise<boolean> {
  try {
    await rmdir(to).catch(() => undefined);
    await rename(from, to);
    return true;
  } catch {
    return false;
  }
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
