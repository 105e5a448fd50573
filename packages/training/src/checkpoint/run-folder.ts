// The checkpoints of a run: `<run>/checkpoints/step-N`. Finds, keeps and clears them.
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readCheckpointState } from './checkpoint.js';
import { CheckpointError } from './checkpoint-error.js';
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
  const { best } = await readCheckpointState(latest);
  if (best === null) return latest;
  const folder = checkpointFolder(runFolder, best.step);
  if (!(await exists(folder))) {
    throw new CheckpointError(
      'missing',
      `${basename(latest)}/state.json names step ${best.step} as the best, but there is no ${basename(folder)} beside it`,
    );
  }
  return folder;
}

/** Removes what an interrupted write or removal left. Only for who holds the run's lock. */
export async function sweepLeftovers(runFolder: string): Promise<void> {
  for (const parent of [runFolder, join(runFolder, CHECKPOINTS)]) {
    for (const name of await listNames(parent)) {
      if (!name.startsWith(TEMPORARY_PREFIX)) continue;
      await rm(join(parent, name), { recursive: true, force: true });
    }
  }
}

/** Removes all checkpoints but the newest `keep`, the one of step `best`, and those that a kept one names as the best
 *  so far: if the newest is ever damaged, the one before it is a whole run too. */
export async function pruneCheckpoints(
  runFolder: string,
  { keep, best }: { keep: number; best: number | undefined },
): Promise<void> {
  const steps = await listCheckpoints(runFolder);
  const newest = steps.slice(-keep);
  const named = await Promise.all(newest.map(async (step) => bestKnownTo(runFolder, step)));
  const kept = new Set([...newest, best, ...named]);
  for (const step of steps) {
    if (!kept.has(step)) await removeCheckpoint(runFolder, step);
  }
}

async function bestKnownTo(runFolder: string, step: number): Promise<number | undefined> {
  try {
    return (await readCheckpointState(checkpointFolder(runFolder, step))).best?.step;
  } catch (error) {
    if (error instanceof CheckpointError) return undefined; // a damaged one is met when it is to be read
    throw error;
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
