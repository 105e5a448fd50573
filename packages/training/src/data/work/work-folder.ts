// The folder in which a corpus or a shard is made: `.NAME.preparing` beside its place. It survives a kill and a Ctrl-C,
// and whoever runs the same command again goes on from what is in it.
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CheckpointError } from '../../checkpoint/checkpoint-error.js';
import { replaceFile } from '../../checkpoint/durable.js';
import { acquireRunLock, RUN_LOCK_FILE } from '../../checkpoint/run-lock.js';
import { CorpusError } from '../corpus-error.js';
import { besidePlace, makeParent, moveToPlace, type PlaceKind } from './place.js';

/** Raised when the files of a work folder change their meaning, or the readers read the same bytes in another way. */
const WORK_VERSION = 1;

const IDENTITY_FILE = 'preparation.json';
const RESULT = 'result';

export interface WorkOptions {
  /** What is being made, of what: work goes on only under the same identity. */
  readonly identity: Readonly<Record<string, unknown>>;
  /** Begin anew, whatever is there. */
  readonly restart: boolean;
}

export class WorkFolder implements AsyncDisposable {
  readonly folder: string;
  readonly #outFolder: string;
  readonly #kind: PlaceKind;
  readonly #lock: AsyncDisposable;

  private constructor(outFolder: string, folder: string, kind: PlaceKind, lock: AsyncDisposable) {
    this.#outFolder = outFolder;
    this.folder = folder;
    this.#kind = kind;
    this.#lock = lock;
  }

  /** Opens the work folder of a place, or makes it, and keeps other processes out until it is disposed of.
   *  @throws {CorpusError} `in-use` if another process works there; `unfinished` if what lies there is of another
   *    preparation */
  static async open(
    outFolder: string,
    kind: PlaceKind,
    { identity, restart }: WorkOptions,
  ): Promise<WorkFolder> {
    await makeParent(outFolder);
    const folder = workFolderOf(outFolder);
    const lock = await acquireLock(folder, outFolder);
    try {
      if (restart) await empty(folder);
      await claim(folder, outFolder, { version: WORK_VERSION, ...identity });
      await mkdir(join(folder, RESULT), { recursive: true });
    } catch (error) {
      await lock[Symbol.asyncDispose]();
      throw error;
    }
    return new WorkFolder(outFolder, folder, kind, lock);
  }

  /** A file that is needed only while the work goes on. */
  file(name: string): string {
    return join(this.folder, name);
  }

  /** A file of the result. */
  resultFile(name: string): string {
    return join(this.folder, RESULT, name);
  }

  /** Moves the result to its place and removes the rest. */
  async finish(): Promise<void> {
    await moveToPlace(join(this.folder, RESULT), this.#outFolder, this.#kind);
    await this.abandon();
  }

  /** Removes everything. */
  async abandon(): Promise<void> {
    // The name goes first: a folder without it holds nothing that another run would go on with.
    await rm(this.file(IDENTITY_FILE), { force: true });
    await this.#lock[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Lets other processes in; what lies there stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lock[Symbol.asyncDispose]();
  }
}

/** Where the work for a place is done. */
export function workFolderOf(outFolder: string): string {
  return besidePlace(outFolder, 'preparing');
}

async function acquireLock(folder: string, outFolder: string): Promise<AsyncDisposable> {
  try {
    return await acquireRunLock(folder);
  } catch (cause) {
    if (!(cause instanceof CheckpointError) || cause.code !== 'run-locked') throw cause;
    const who = /\(([^)]*)\)/.exec(cause.message.slice(folder.length))?.[1] ?? 'unnamed';
    throw new CorpusError(
      'in-use',
      `${outFolder}: another command is preparing it (${who}); wait for it, or choose another folder`,
      { cause },
    );
  }
}

/** Writes what is being made into a new work folder, or compares it with what an older one says. */
async function claim(
  folder: string,
  outFolder: string,
  identity: Readonly<Record<string, unknown>>,
): Promise<void> {
  const path = join(folder, IDENTITY_FILE);
  const text = `${JSON.stringify(identity)}\n`;
  const found = await readFile(path, 'utf8').catch(() => undefined);
  if (found === text) return;
  if (found !== undefined) {
    throw new CorpusError(
      'unfinished',
      `${outFolder}: an interrupted preparation of ${sourceIn(found)} lies beside it, in ${basename(folder)}; run that ` +
        'command again to go on with it, or begin anew (--restart) to throw it away',
    );
  }
  await empty(folder);
  await replaceFile(path, new TextEncoder().encode(text));
}

function sourceIn(identity: string): string {
  try {
    const { source, shard } = JSON.parse(identity) as { source?: string; shard?: string };
    const of = shard === undefined ? '' : `shard ${shard} of `;
    return source === undefined ? 'something else' : of + source;
  } catch {
    return 'something else';
  }
}

async function empty(folder: string): Promise<void> {
  await rm(join(folder, IDENTITY_FILE), { force: true });
  for (const name of await readdir(folder)) {
    if (name !== RUN_LOCK_FILE) await rm(join(folder, name), { recursive: true, force: true });
  }
}
