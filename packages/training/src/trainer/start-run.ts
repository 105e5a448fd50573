// Opens a run folder: a new run, or one that goes on. Refuses to mix runs.
import { mkdir, readdir } from 'node:fs/promises';
import { type LstmConfig, type LstmSizes, validateLstmConfig } from '@ostinato/model';
import { type Checkpoint, readCheckpoint } from '../checkpoint/checkpoint.js';
import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import { lstmConfigSchema } from '../checkpoint/checkpoint-state.js';
import { latestCheckpoint, sweepLeftovers } from '../checkpoint/run-folder.js';
import type { Corpus } from '../data/open-corpus.js';
import { readRun } from './run-file.js';
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

export interface StartedRun {
  readonly config: LstmConfig;
  readonly options: TrainOptions;
  /** Where to go on; undefined at the beginning. */
  readonly checkpoint: Checkpoint | undefined;
}

/** Checks everything that can be checked before work begins.
 *  @throws {CheckpointError} if the folder is taken, holds no run to resume, or its run is of other data or sizes
 *  @throws {TrainingError} if an option is out of range or cannot change any more
 *  @throws {ModelConfigError} if the sizes are not valid */
export async function startRun(request: StartRequest): Promise<StartedRun> {
  return request.resume ? resumeRun(request) : newRun(request);
}

async function newRun({ corpus, runFolder, sizes, options }: StartRequest): Promise<StartedRun> {
  if (sizes === undefined) {
    throw new TrainingError('bad-option', 'a new run needs the sizes of its network, or a preset');
  }
  const { vocabularySize } = corpus.tokenizer;
  validateLstmConfig({ ...sizes, vocabularySize });
  // In the order in which a resumed run reads it back, so that both write the same bytes.
  const config = lstmConfigSchema.parse({ ...sizes, vocabularySize });
  const resolved = resolveTrainOptions(options);
  await mkdir(runFolder, { recursive: true });
  // A start that was killed before `run.json` was there leaves at most its unfinished copy.
  if ((await readdir(runFolder)).some((name) => name !== 'run.json.tmp')) {
    throw new CheckpointError(
      'run-exists',
      `${runFolder}: the folder is not empty; resume the run in it, or choose another`,
    );
  }
  return { config, options: resolved, checkpoint: undefined };
}

async function resumeRun(request: StartRequest): Promise<StartedRun> {
  const { corpus, runFolder, sizes, options } = request;
  const run = await readRun(runFolder);
  if (run === undefined) {
    throw new CheckpointError('missing', `${runFolder}: there is no run to resume (no run.json)`);
  }
  checkSameData(run, corpus);
  if (sizes !== undefined) checkSameSizes(run.config, sizes);
  await sweepLeftovers(runFolder);
  const folder = await latestCheckpoint(runFolder);
  if (folder === undefined) {
    return {
      config: run.config,
      options: resolveTrainOptions(options, run.options),
      checkpoint: undefined,
    };
  }
  const checkpoint = await readCheckpoint(folder);
  checkSameData(checkpoint.state, corpus);
  checkSameSizes(run.config, checkpoint.state.config);
  const stored = trainOptionsSchema.parse(checkpoint.state.options);
  return { config: run.config, options: resolveTrainOptions(options, stored), checkpoint };
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
