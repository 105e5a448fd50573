// The checkpoints of a run: `<run>/checkpoints/step-N`. Finds, keeps and clears them.
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CheckpointError } from './checkpoint-error.js';
import { parseCheckpointState } from './checkpoint-state.js';
import { TEMPORARY_PREFIX } from './durable.js';

const CHECKPOINTS = 'checkpoints';
const STEP_FOLDER = /^step-(0|[1-9]\d{0,14})$/;

/** Where a run keeps the checkpoint of a step. */
export function checkpointFolder(runFolder: string, step: number): string {
  return join(runFolder, CHECKPOINTS, `step-${step}`);
}

/** The steps of which a run has a checkpoint, ascending; none if there is no such folder. */
export async function listCheckpoints(runFolder: string): Promise<number[]> {
  const names = await listNames(join(runFolder, CHECKPOINTS));
  return names
    .map((name) => STEP_FOLDER.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

/** Folder of the newest checkpoint of a run, or undefined. */
export async function latestCheckpoint(runFolder: string): Promise<string | undefined> {
  const step = (await listCheckpoints(runFolder)).at(-1);
  return step === undefined ? undefined : checkpointFolder(runFolder, step);
}

/** Folder of the checkpoint with the lowest validation loss, as the newest one names it; the newest itself if nothing
 *  was evaluated yet; undefined without any.
 *  @throws {CheckpointError} if the newest checkpoint's state is damaged, or the best one is gone */
export async function bestCheckpoint(runFolder: string): Promise<string | undefined> {
  const latest = await latestCheckpoint(runFolder);
  if (latest === undefined) return undefined;
  const where = `${basename(latest)}/state.json`;
  const text = await readFile(join(latest, 'state.json'), 'utf8').catch((cause: Error) => {
    throw new CheckpointError('missing', `${where}: cannot be read (${cause.message})`, { cause });
  });
  const { best } = parseCheckpointState(text, where);
  if (best === null) return latest;
  const folder = checkpointFolder(runFolder, best.step);
  if (!(await exists(folder))) {
    throw new CheckpointError(
      'missing',
      `${where} names step ${best.step} as the best, but there is no ${basename(folder)} beside it`,
    );
  }
  return folder;
}

/** Removes what an interrupted write or removal left. */
export async function sweepLeftovers(runFolder: string): Promise<void> {
  const parent = join(runFolder, CHECKPOINTS);
  for (const name of await listNames(parent)) {
    if (name.startsWith(TEMPORARY_PREFIX)) await rm(join(parent, name), { recursive: true });
  }
}

/** Removes all checkpoints but the newest `keep` and the one of step `best`. */
export async function pruneCheckpoints(
  runFolder: string,
  { keep, best }: { keep: number; best: number | undefined },
): Promise<void> {
  const steps = await listCheckpoints(runFolder);
  for (const step of steps.slice(0, Math.max(0, steps.length - keep))) {
    if (step !== best) await removeCheckpoint(runFolder, step);
  }
}

/** Takes the name away first: a folder called `step-N` is whole at every moment. */
async function removeCheckpoint(runFolder: string, step: number): Promise<void> {
  const folder = checkpointFolder(runFolder, step);
  const temporary = join(runFolder, CHECKPOINTS, `${TEMPORARY_PREFIX}removed-step-${step}`);
  await rm(temporary, { recursive: true, force: true });
  await rename(folder, temporary);
  await rm(temporary, { recursive: true });
}

async function listNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
