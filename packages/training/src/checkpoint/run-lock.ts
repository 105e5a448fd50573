// One trainer for each run folder. The operating system holds the lock and lets go when the process ends, however it
// ends. Where a disk knows no locks (some cluster file systems), what the file says of its owner decides.
import { constants, type FileHandle, mkdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { CheckpointError } from './checkpoint-error.js';
import { openStoredFile } from './read-stored-file.js';
import { writeFailed } from './write-failed.js';

/** The lock's file in a run folder. It stays there, empty while nobody trains. */
export const RUN_LOCK_FILE = '.lock';

const ownerSchema = z.object({
  pid: z.int().positive(),
  host: z.string().regex(/^[\w.-]{1,255}$/),
  since: z.iso.datetime(),
  /** When the process began, as the system counts; tells it from a later one of the same number. */
  processStart: z.string().max(32).nullable(),
});
type Owner = z.infer<typeof ownerSchema>;

/** Locks an open file for this handle: whether it was free. Throws where the disk knows no locks. */
export type TryLock = (descriptor: number) => boolean;

/** Takes a run folder for this trainer, and makes the folder if it is not there. Dispose of the lock at the end.
 *  @throws {CheckpointError} `run-locked` naming the process that has it; `write-failed` if the folder cannot be written */
export async function acquireRunLock(
  runFolder: string,
  { tryLock }: { tryLock?: TryLock } = {},
): Promise<AsyncDisposable> {
  const file = await openLockFile(runFolder);
  try {
    const granted = tryOrUndefined(tryLock ?? (await systemLock()), file.fd);
    if (granted !== true) {
      const owner = await readOwner(file);
      if (granted === false) throw runLocked(runFolder, owner, 'wait for it, or end it');
      if (owner !== undefined && (await mayLive(owner))) {
        const remedy = `if it has ended, remove ${join(runFolder, RUN_LOCK_FILE)}`;
        throw runLocked(runFolder, owner, remedy);
      }
    }
    await writeOwner(file);
  } catch (error) {
    await file.close();
    throw writeFailed(runFolder, RUN_LOCK_FILE, error, 'try again');
  }
  let released = false;
  return {
    [Symbol.asyncDispose]: async () => {
      if (released) return;
      released = true;
      // Closing is what lets go. A file that cannot be emptied names a process that will be gone.
      await file.truncate(0).catch(() => undefined);
      await file.close();
    },
  };
}

async function openLockFile(runFolder: string): Promise<FileHandle> {
  const path = join(runFolder, RUN_LOCK_FILE);
  try {
    await mkdir(runFolder, { recursive: true });
    return await openStoredFile(path, constants.O_RDWR | constants.O_CREAT, path);
  } catch (cause) {
    throw writeFailed(runFolder, RUN_LOCK_FILE, cause, 'try again');
  }
}

/** The lock of the operating system, or what throws where its addon does not load. */
async function systemLock(): Promise<TryLock> {
  try {
    const { tryLock } = await import('fs-native-extensions');
    // macOS locks whole files. Elsewhere a byte behind the content, since Windows lets nobody read what is locked.
    if (process.platform === 'darwin') return (descriptor) => tryLock(descriptor);
    return (descriptor) => tryLock(descriptor, 2 ** 30, 1);
  } catch (cause) {
    return () => {
      throw cause;
    };
  }
}

function tryOrUndefined(tryLock: TryLock, descriptor: number): boolean | undefined {
  try {
    return tryLock(descriptor);
  } catch {
    return undefined;
  }
}

async function writeOwner(file: FileHandle): Promise<void> {
  const owner: Owner = {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    processStart: (await processStart(process.pid)) ?? null,
  };
  await file.truncate(0);
  await file.write(`${JSON.stringify(owner)}\n`, 0);
}

/** Who wrote the file; undefined if it does not tell. */
async function readOwner(file: FileHandle): Promise<Owner | undefined> {
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1024), 0, 1024, 0);
    return ownerSchema.parse(JSON.parse(buffer.toString('utf8', 0, bytesRead)));
  } catch {
    return undefined;
  }
}

/** False only for a process of this machine that is gone. */
async function mayLive({ pid, host, processStart: started }: Owner): Promise<boolean> {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
  const now = await processStart(pid);
  return started === null || now === undefined || now === started;
}

/** Field 22 of /proc/PID/stat (proc_pid_stat(5)); the second one is in brackets and may hold anything. */
async function processStart(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .at(19);
}

function runLocked(runFolder: string, owner: Owner | undefined, remedy: string): CheckpointError {
  const who = owner ? `process ${owner.pid} on ${owner.host}, since ${owner.since}` : 'unnamed';
  return new CheckpointError(
    'run-locked',
    `${runFolder}: another trainer works in this folder (${who}); ${remedy}, or choose another folder`,
  );
}
