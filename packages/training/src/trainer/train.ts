// Trains a network: opens the run, makes the engine, and closes whatever was opened.
import { join } from 'node:path';
import { createRandom, tokenizerToJson } from '@ostinato/core';
import { initializeParameters } from '@ostinato/model';
import { replaceFile } from '../checkpoint/durable.js';
import type { EngineFactory } from '../engines/engine-factory.js';
import type { TrainingEngine } from '../engines/engine.js';
import { dataWarnings } from './check-data.js';
import { MetricsLog } from './metrics-log.js';
import { Observers } from './observers.js';
import { readRun, RUN_TOKENIZER_FILE, writeRun } from './run-file.js';
import { type StartedRun, startRun } from './start-run.js';
import type { TrainRequest, TrainResult } from './train-request.js';
import { identityOf, Trainer } from './trainer.js';

/** The generator's stream for fresh parameters; the data's and the engine's are others. */
const PARAMETER_STREAM = 21;

/** Trains a network on a corpus.
 *  @throws {CheckpointError} if the folder holds another run, or a checkpoint cannot be read or written
 *  @throws {CorpusError} `empty-split` if there is nothing to train on
 *  @throws {TrainingError} if an option is not valid or does not fit the data, or a loss stops being a number
 *  @example
 *  const result = await train({
 *    corpus: await openCorpus('corpora/musicnet'),
 *    engine: (request) => createOnnxEngine({ ...request, threads: 2 }),
 *    runFolder: 'runs/first',
 *    sizes: LSTM_PRESETS.small,
 *    options: { steps: 2000 },
 *  }); */
export async function train(request: TrainRequest): Promise<TrainResult> {
  const { corpus, runFolder, sizes, options = {}, resume = false } = request;
  const observers = new Observers(request.observers);
  try {
    await using started = await startRun({ corpus, runFolder, sizes, options, resume });
    // While the folder is still ours.
    return await observers.during(() => trainStarted(request, started, observers));
  } finally {
    await observers.close();
  }
}

async function trainStarted(
  request: TrainRequest,
  started: StartedRun,
  observers: Observers,
): Promise<TrainResult> {
  const { options, checkpoint } = started;
  for (const message of dataWarnings(request.corpus, options)) {
    request.onProgress?.({ kind: 'warning', message });
  }
  const engine = await createEngine(request.engine, started);
  try {
    if (checkpoint !== undefined) await engine.importState(checkpoint.engine);
    await writeRunFiles(request, started, engine);
    const log = await MetricsLog.open(request.runFolder, checkpoint?.state.step ?? 0);
    try {
      return await new Trainer({ request, started, engine, log, observers }).run();
    } finally {
      await log.close();
    }
  } finally {
    await engine.dispose();
  }
}

async function createEngine(
  factory: EngineFactory,
  { config, options }: StartedRun,
): Promise<TrainingEngine> {
  const { batch, microBatch, windowSteps, dropoutMask, seed } = options;
  const { beta1, beta2, epsilon, weightDecay, clipNorm } = options;
  const random = createRandom(seed, PARAMETER_STREAM);
  let drawn = 0;
  return factory({
    config,
    batch,
    microBatch,
    steps: windowSteps,
    seed,
    dropoutMask,
    optimizer: { beta1, beta2, epsilon, weightDecay, clipNorm },
    parameters: initializeParameters(config, () => random.uniformAt(drawn++)),
  });
}

/** What the run is, and its tokenizer, so that it can be exported without its corpus. Written when everything that can
 *  refuse has not: a start that fails leaves an empty folder. */
async function writeRunFiles(
  { corpus, runFolder, onProgress }: TrainRequest,
  { config, options, checkpoint }: StartedRun,
  { description }: TrainingEngine,
): Promise<void> {
  const before = checkpoint && (await readRun(runFolder))?.engine;
  if (before !== undefined && before !== description) {
    const message = `the last session trained by ${before}, this one by ${description}: what follows differs from a run that was never interrupted in the last bits`;
    onProgress?.({ kind: 'warning', message });
  }
  await writeRun(runFolder, { ...identityOf(config, corpus), options, engine: description });
  const tokenizer = new TextEncoder().encode(tokenizerToJson(corpus.tokenizer));
  await replaceFile(join(runFolder, RUN_TOKENIZER_FILE), tokenizer);
}
