// A download that is not whole yet, in a file with a lock: one process writes it, and a killed one leaves it to the next.
import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PartialDownload } from '@ostinato/core';
import { tryLock } from './file-lock.js';

export interface PartFileOptions {
  /** Of the whole file; a longer part is of something else. */
  readonly bytes: number;
  /** How long to wait for another process whose download does not grow, milliseconds. */
  readonly patienceMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Behind the name of what is not whole. */
export const PART_SUFFIX = '.part';

/** How often to look whether another process is done. */
const LOOK_MS = 100;

/** Opens the part of the file at `path` and locks it; waits while another process downloads.
 *  @returns undefined where that is not possible: no right to write, a disk without locks, a process that is stuck
 *  @throws the reason of `signal` */
export async function openPartFile(
  path: string,
  options: PartFileOptions,
): Promise<PartFile | undefined> {
  try {
    const file = await openLocked(path + PART_SUFFIX, options);
    return file && new PartFile(path, file, await readPart(file, options.bytes));
  } catch {
    options.signal?.throwIfAborted();
    return undefined;
  }
}

async function openLocked(
  path: string,
  { patienceMs, signal }: PartFileOptions,
): Promise<FileHandle | undefined> {
  let size = -1;
  let grownAt = Date.now();
  for (;;) {
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      if (await tryLock(file.fd)) {
        if (await isStillAt(path, file)) return file;
        await file.close(); // the other process has finished and given it its name
        continue;
      }
      const { size: now } = await file.stat();
      if (now !== size) grownAt = Date.now();
      size = now;
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
    if (Date.now() - grownAt > patienceMs) return undefined;
    await sleep(LOOK_MS, undefined, { ...(signal && { signal }) });
  }
}

async function isStillAt(path: string, file: FileHandle): Promise<boolean> {
  const there = await stat(path, { bigint: true }).catch(() => undefined);
  return there !== undefined && there.ino === (await file.stat({ bigint: true })).ino;
}

async function readPart(file: FileHandle, mostBytes: number): Promise<Uint8Array> {
  const { size } = await file.stat();
  if (size <= mostBytes) return file.readFile();
  await file.truncate(0);
  return new Uint8Array(0);
}

/** The first write that fails (a full disk) ends the keeping, not the download. */
export class PartFile implements PartialDownload {
  readonly received: Uint8Array;
  readonly #path: string;
  readonly #file: FileHandle;
  #length: number;
  #state: 'open' | 'failed' | 'finished' = 'open';

  /** @internal use `openPartFile` */
  constructor(path: string, file: FileHandle, received: Uint8Array) {
    this.#path = path;
    this.#file = file;
    this.received = received;
    this.#length = received.length;
  }

  append(chunk: Uint8Array): Promise<void> {
    return this.#whileItWorks(async () => {
      let written = 0;
      while (written < chunk.length) {
        const rest = chunk.subarray(written);
        const place = this.#length + written;
        written += (await this.#file.write(rest, 0, rest.length, place)).bytesWritten;
      }
      this.#length += chunk.length;
    });
  }

  clear(): Promise<void> {
    return this.#whileItWorks(async () => {
      this.#length = 0;
      await this.#file.truncate(0);
    });
  }

  /** Gives the file its name, in one instant. */
  finish(): Promise<void> {
    return this.#whileItWorks(async () => {
      await this.#file.sync();
      await rename(this.#path + PART_SUFFIX, this.#path);
      this.#state = 'finished';
    });
  }

  async close(): Promise<void> {
    // Removed before the lock is let go: afterwards it may be another's.
    if (this.#state !== 'finished' && this.#length === 0) {
      await rm(this.#path + PART_SUFFIX, { force: true }).catch(() => undefined);
    }
    await this.#file.close();
  }

  async #whileItWorks(work: () => Promise<void>): Promise<void> {
    if (this.#state !== 'open') return;
    try {
      await work();
    } catch {
      this.#state = 'failed';
      this.#length = 0;
      await this.#file.truncate(0).catch(() => undefined);
    }
  }
}
