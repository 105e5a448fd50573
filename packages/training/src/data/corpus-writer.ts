// Writes a corpus beside its place and moves it there when it is whole, so that nobody ever sees half of one.
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, rmdir, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { syncFolder, writeFileDurably } from '../checkpoint/durable.js';
import { CorpusError } from './corpus-error.js';
import { CORPUS_FILES } from './corpus-format.js';

const KNOWN_FILES: ReadonlySet<string> = new Set(Object.values(CORPUS_FILES));

/** A folder under construction. Tokens are written as they come; the other files at the end. */
export class CorpusWriter {
  readonly tokensHash = createHash('sha256');
  private readonly outFolder: string;
  private readonly workFolder: string;
  private readonly tokens: FileHandle;

  private constructor(outFolder: string, workFolder: string, tokens: FileHandle) {
    this.outFolder = outFolder;
    this.workFolder = workFolder;
    this.tokens = tokens;
  }

  /** Begins a corpus in a new folder beside its place. */
  static async create(outFolder: string): Promise<CorpusWriter> {
    const target = resolve(outFolder);
    await mkdir(dirname(target), { recursive: true });
    const workFolder = siblingName(target, 'preparing');
    await mkdir(workFolder);
    const tokens = await open(join(workFolder, CORPUS_FILES.tokens), 'w');
    return new CorpusWriter(target, workFolder, tokens);
  }

  /** Appends the tokens of a piece. */
  async append(tokens: Uint16Array): Promise<void> {
    const bytes = toLittleEndian(tokens);
    this.tokensHash.update(bytes);
    await this.tokens.writeFile(bytes);
  }

  /** Writes the other files and moves the corpus to its place; an older corpus there is removed.
   *  @param files text by file name */
  async finish(files: ReadonlyMap<string, string>): Promise<void> {
    await this.tokens.sync();
    await this.tokens.close();
    const encoder = new TextEncoder();
    for (const [name, text] of files) {
      await writeFileDurably(join(this.workFolder, name), encoder.encode(text));
    }
    await syncFolder(this.workFolder);
    await this.moveToPlace();
  }

  /** Removes everything that was written. Does nothing after `finish`. */
  async abandon(): Promise<void> {
    await this.tokens.close();
    await rm(this.workFolder, { recursive: true, force: true });
  }

  /** Two renames: a folder cannot replace another in one. A run killed between them leaves the old corpus under
   *  its `replaced` name, from which the next run takes it back. */
  private async moveToPlace(): Promise<void> {
    await checkReplaceable(this.outFolder);
    const replaced = siblingName(this.outFolder, 'replaced');
    const hadOld = await renameIfThere(this.outFolder, replaced);
    try {
      await rename(this.workFolder, this.outFolder);
    } catch (error) {
      if (hadOld) await rename(replaced, this.outFolder);
      throw error;
    }
    await syncFolder(dirname(this.outFolder));
    if (hadOld) await rm(replaced, { recursive: true, force: true });
  }
}

/** Makes sure that a corpus can be written to a folder, and sweeps what interrupted runs left beside it.
 *  @throws {CorpusError} `not-a-corpus` if something else is in its place */
export async function clearPlace(outFolder: string): Promise<void> {
  const target = resolve(outFolder);
  await checkReplaceable(target);
  await sweep(target);
}

/** Checks that a corpus may be written to `folder`: nothing is there, an empty folder, or a corpus and nothing else.
 *  @throws {CorpusError} `not-a-corpus` otherwise */
async function checkReplaceable(folder: string): Promise<void> {
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
  const foreign = names.find((name) => !KNOWN_FILES.has(name));
  if (names.length > 0 && (foreign !== undefined || !names.includes(CORPUS_FILES.corpus))) {
    throw new CorpusError(
      'not-a-corpus',
      `${folder}: not overwritten, because it holds ${foreign ?? names[0]}, which is no part of a corpus; ` +
        'choose another folder or empty this one',
    );
  }
}

/** Removes the work folders of runs that are no longer there, and takes back a corpus whose replacement was cut
 *  short between the two renames. */
async function sweep(target: string): Promise<void> {
  const folder = dirname(target);
  const leftOver = new RegExp(
    `^\\.${escapeForRegExp(basename(target))}\\.(preparing|replaced)-(\\d+)$`,
  );
  const names = await readdir(folder).catch(() => []); // not there yet: nothing to sweep
  for (const name of names) {
    const match = leftOver.exec(name);
    if (!match || isRunning(Number(match[2]))) continue;
    const path = join(folder, name);
    const takenBack = match[1] === 'replaced' && (await renameIfAbsent(path, target));
    if (!takenBack) await rm(path, { recursive: true, force: true });
  }
}

function siblingName(target: string, what: 'preparing' | 'replaced'): string {
  return join(dirname(target), `.${basename(target)}.${what}-${process.pid}`);
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

function toLittleEndian(tokens: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(tokens.length * 2);
  const view = new DataView(bytes.buffer);
  for (const [index, token] of tokens.entries()) view.setUint16(index * 2, token, true);
  return bytes;
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
