// Opens a run folder: a new run, or one that goes on. Refuses to mix runs.
import { readdir } from 'node:fs/promises';
import { type LstmConfig, type LstmSizes, validateLstmConfig } from '@ostinato/model';
import { type Checkpoint, readCheckpoint } from '../checkpoint/checkpoint.js';
import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import { lstmConfigSchema } from '../checkpoint/checkpoint-state.js';
import { TEMPORARY_PREFIX } from '../checkpoint/durable.js';
import {
  checkpointFolder,
  listCheckpoints,
  pruneCheckpoints,
  sweepLeftovers,
} from '../checkpoint/run-folder.js';
import { acquireRunLock, RUN_LOCK_FILE } from '../checkpoint/run-lock.js';
import type { Corpus } from '../data/open-corpus.js';
import { checkData } from './check-data.js';
import { readRun, type Run } from './run-file.js';
import {
  resolveTrainOptions,
  type TrainOptions,
  type TrainOptionsInput,
  trainOptionsSchema,
} from './train-options.js';
import { TrainingError } from './training-error.js';

export interface StartRequest {
  readonly corpus: Corpus;
  readonly runFolder: string;
  readonly sizes: LstmSizes | undefined;
  readonly options: TrainOptionsInput;
  readonly resume: boolean;
}

/** A run whose folder nobody else trains in until it is disposed of. */
export interface StartedRun extends AsyncDisposable {
  readonly config: LstmConfig;
  readonly options: TrainOptions;
  /** Where to go on; undefined at the beginning. */
  readonly checkpoint: Checkpoint | undefined;
}

/** Checks everything that can be checked before work begins, and takes the run folder.
 *  @throws {CheckpointError} if the folder is taken, holds no run to resume, or its run is of other data or sizes
 *  @throws {TrainingError} if an option is out of range or cannot change any more
 *  @throws {ModelConfigError} if the sizes are not valid */
export async function startRun(request: StartRequest): Promise<StartedRun> {
  const { runFolder, resume } = request;
  const fresh = resume ? undefined : checkNewRun(request);
  // Before the lock too: what is refused stays as it is.
  await (resume ? findRun(runFolder) : checkFree(runFolder));
  const lock = await acquireRunLock(runFolder);
  try {
    if (fresh !== undefined) await checkFree(runFolder);
    const start = fresh ?? (await resumeRun(request));
    checkData(request.corpus, start.options);
    await sweepLeftovers(runFolder);
    return { ...start, [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose]() };
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

type Start = Omit<StartedRun, keyof AsyncDisposable>;

function checkNewRun({ corpus, sizes, options }: StartRequest): Start {
  if (sizes === undefined) {
    throw new TrainingError('bad-option', 'a new run needs the sizes of its network, or a preset');
  }
  const { vocabularySize } = corpus.tokenizer;
  validateLstmConfig({ ...sizes, vocabularySize });
  // In the order in which a resumed run reads it back, so that both write the same bytes.
  const config = lstmConfigSchema.parse({ ...sizes, vocabularySize });
  const resolved = resolveTrainOptions(options);
  checkData(corpus, resolved);
  return { config, options: resolved, checkpoint: undefined };
}

/** A start that was killed before `run.json` was there leaves at most its lock and an unfinished copy. */
async function checkFree(runFolder: string): Promise<void> {
  const names = await readdir(runFolder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code !== 'ENOTDIR') throw error;
    throw new CheckpointError('run-exists', `${runFolder}: not a folder; choose another place`);
  });
  if (names.some((name) => name !== RUN_LOCK_FILE && !name.startsWith(TEMPORARY_PREFIX))) {
    throw new CheckpointError(
      'run-exists',
      `${runFolder}: the folder is not empty; resume the run in it, or choose another`,
    );
  }
}

async function resumeRun({ corpus, runFolder, sizes, options }: StartRequest): Promise<Start> {
  const { run, steps } = await findRun(runFolder);
  if (run !== undefined) checkRun(run, corpus, sizes);
  const checkpoint = await readNewest(runFolder, steps);
  if (checkpoint === undefined) {
    // `findRun` has found one of the two.
    const { config, options: stored } = run!;
    return { config, options: resolveTrainOptions(options, stored), checkpoint };
  }
  const { state } = checkpoint;
  checkRun(state, corpus, sizes);
  const stored = storedOptions(state.options);
  if (run !== undefined) checkSameRun(run, state.config, stored);
  const resolved = resolveTrainOptions(options, stored);
  // The last session may have been killed before it removed what it does not keep.
  await pruneCheckpoints(runFolder, { keep: resolved.keepCheckpoints, best: state.best?.step });
  return { config: state.config, options: resolved, checkpoint };
}

/** What a folder holds of a run. A lost `run.json` is no loss once there is a checkpoint, which knows the same.
 *  @throws {CheckpointError} `missing` if it holds nothing */
async function findRun(
  runFolder: string,
): Promise<{ run: Run | undefined; steps: readonly number[] }> {
  const steps = await listCheckpoints(runFolder);
  try {
    const run = await readRun(runFolder);
    if (run !== undefined || steps.length > 0) return { run, steps };
  } catch (cause) {
    if (!(cause instanceof CheckpointError) || cause.code !== 'damaged') throw cause;
    const remedy = steps.length > 0 ? 'remove it to go on' : 'start again in an empty folder';
    throw new CheckpointError(cause.code, `${runFolder}: ${cause.message}; ${remedy}`, { cause });
  }
  throw new CheckpointError('missing', `${runFolder}: there is no run to resume (no run.json)`);
}

/** Never passes over a damaged checkpoint in silence: which one to go on from is for a person to say.
 *  @returns undefined without any */
async function readNewest(
  runFolder: string,
  steps: readonly number[],
): Promise<Checkpoint | undefined> {
  const newest = steps.at(-1);
  if (newest === undefined) return undefined;
  const folder = checkpointFolder(runFolder, newest);
  try {
    return await readCheckpoint(folder);
  } catch (cause) {
    // Neither a later release's checkpoint nor one that the system keeps from us is lost.
    if (!(cause instanceof CheckpointError)) throw cause;
    if (cause.code === 'schema-version' || cause.code === 'unreadable') throw cause;
    const before = steps.at(-2);
    const next = before === undefined ? 'start from the beginning' : `go on from step ${before}`;
    const remedy = `remove ${folder} and resume to ${next}`;
    throw new CheckpointError(cause.code, `${cause.message}; ${remedy}`, { cause });
  }
}

function storedOptions(options: Checkpoint['state']['options']): TrainOptions {
  const result = trainOptionsSchema.safeParse(options);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new CheckpointError(
    'damaged',
    `the newest checkpoint's options: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}; was it written by a later release?`,
  );
}

interface Identity {
  readonly config: LstmConfig;
  readonly tokenizerHash: string;
  readonly corpusHash: string;
}

function checkRun(found: Identity, corpus: Corpus, sizes: LstmSizes | undefined): void {
  checkSameData(found, corpus);
  if (sizes !== undefined) checkSameSizes(found.config, sizes);
}

/** Whether a checkpoint is of the run in whose folder it lies. */
function checkSameRun(run: Run, config: LstmConfig, stored: TrainOptions): void {
  checkSameSizes(run.config, config);
  try {
    resolveTrainOptions(run.options, stored);
  } catch (cause) {
    if (!(cause instanceof TrainingError)) throw cause;
    throw new CheckpointError(
      'other-options',
      `the newest checkpoint is of another run than run.json: ${cause.message}`,
      { cause },
    );
  }
}

function checkSameData(found: { tokenizerHash: string; corpusHash: string }, corpus: Corpus): void {
  if (found.tokenizerHash !== corpus.tokenizer.hash) {
    throw new CheckpointError(
      'other-tokenizer',
      `this run was trained with tokenizer ${found.tokenizerHash}, the data has ${corpus.tokenizer.hash}; go on with its own data`,
    );
  }
  if (found.corpusHash !== corpus.id) {
    throw new CheckpointError(
      'other-corpus',
      `this run was trained on corpus ${found.corpusHash}, the data is ${corpus.id}; go on with its own data`,
    );
  }
}

function checkSameSizes(config: LstmConfig, sizes: LstmSizes): void {
  for (const name of Object.keys(sizes) as (keyof LstmSizes)[]) {
    if (sizes[name] !== config[name]) {
      throw new CheckpointError(
        'other-config',
        `this run's network has ${name} ${config[name]}, asked for ${sizes[name]}; leave the sizes out to go on`,
      );
    }
  }
}
