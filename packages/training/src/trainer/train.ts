// The training loop: steps, evaluations, checkpoints. A run that is killed and resumed ends with the same bytes as one
// that never stopped (same engine, machine and threads).
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createRandom, tokenizerToJson } from '@ostinato/core';
import { initializeParameters, type LstmConfig, type LstmSizes } from '@ostinato/model';
import { type CheckpointFacts, writeCheckpoint } from '../checkpoint/checkpoint.js';
import type { CheckpointState } from '../checkpoint/checkpoint-state.js';
import { replaceFile, type WriteFile, writeFileDurably } from '../checkpoint/durable.js';
import { checkpointFolder, pruneCheckpoints } from '../checkpoint/run-folder.js';
import type { BatchCursor } from '../data/batch-cursor.js';
import { type BatchStream, createBatchStream } from '../data/batch-stream.js';
import type { Batch } from '../data/batch.js';
import type { Corpus } from '../data/open-corpus.js';
import type { EngineFactory } from '../engines/engine-factory.js';
import type { StepResult, TrainingEngine } from '../engines/engine.js';
import { evaluateSplit } from './evaluate-split.js';
import { learningRateAt } from './learning-rate.js';
import { MetricsLog } from './metrics-log.js';
import { Pace } from './pace.js';
import type { TrainProgress } from './progress.js';
import { RUN_TOKENIZER_FILE, writeRun } from './run-file.js';
import { type StartedRun, startRun } from './start-run.js';
import type { TrainOptions, TrainOptionsInput } from './train-options.js';
import { TrainingError } from './training-error.js';

export interface TrainRequest {
  readonly corpus: Corpus;
  /** Makes the engine; close over device and threads. */
  readonly engine: EngineFactory;
  /** Where the run lives: empty or new, or the run to resume. */
  readonly runFolder: string;
  /** The network; a preset is one. Needed for a new run; a resumed one knows its own. */
  readonly sizes?: LstmSizes | undefined;
  /** Default: see {@link TrainOptions}; in a resumed run, its own. */
  readonly options?: TrainOptionsInput;
  /** Go on from the newest checkpoint. Default false. */
  readonly resume?: boolean;
  /** Aborted: the step is finished, a checkpoint written, and the result says `interrupted`. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainProgress) => void;
  /** A clock in milliseconds, for rates only. */
  readonly now?: () => number;
  /** How checkpoints reach the disk. */
  readonly writeFile?: WriteFile;
}

export interface TrainResult {
  readonly status: 'finished' | 'interrupted';
  /** Optimizer steps taken in all. */
  readonly step: number;
  /** Training targets consumed in all. */
  readonly tokens: number;
  /** Passes over the training data; 2.25 is a quarter into the third. */
  readonly epoch: number;
  /** The best evaluation, nats per token; null if there was none. */
  readonly best: { readonly step: number; readonly loss: number } | null;
  /** Figures of the last evaluation, by name. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** The generator's stream for fresh parameters; the data's and the engine's are others. */
const PARAMETER_STREAM = 21;
/** Steps between writes of the log; a checkpoint writes it too. */
const LOG_INTERVAL = 50;

/** Trains a network on a corpus.
 *  @throws {CheckpointError} if the folder holds another run, or a checkpoint cannot be read or written
 *  @throws {TrainingError} if an option is not valid, or the loss stops being a number
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
  await using started = await startRun({ corpus, runFolder, sizes, options, resume });
  const engine = await createEngine(request.engine, started);
  try {
    if (started.checkpoint !== undefined) await engine.importState(started.checkpoint.engine);
    await writeRunFiles(request, started, engine);
    const log = await MetricsLog.open(runFolder, started.checkpoint?.state.step ?? 0);
    try {
      return await new Trainer(request, started, engine, log).run();
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
  const { batch, windowSteps, seed, beta1, beta2, epsilon, weightDecay, clipNorm } = options;
  const random = createRandom(seed, PARAMETER_STREAM);
  let drawn = 0;
  return factory({
    config,
    batch,
    steps: windowSteps,
    seed,
    optimizer: { beta1, beta2, epsilon, weightDecay, clipNorm },
    parameters: initializeParameters(config, () => random.uniformAt(drawn++)),
  });
}

/** What the run is, and its tokenizer, so that it can be exported without its corpus. Written when everything that can
 *  refuse has not: a start that fails leaves an empty folder. */
async function writeRunFiles(
  { corpus, runFolder }: TrainRequest,
  { config, options }: StartedRun,
  { description }: TrainingEngine,
): Promise<void> {
  await writeRun(runFolder, { ...identity(config, corpus), options, engine: description });
  const tokenizer = new TextEncoder().encode(tokenizerToJson(corpus.tokenizer));
  await replaceFile(join(runFolder, RUN_TOKENIZER_FILE), tokenizer);
}

function identity(
  config: LstmConfig,
  corpus: Corpus,
): { config: LstmConfig; tokenizerHash: string; corpusHash: string } {
  return { config, tokenizerHash: corpus.tokenizer.hash, corpusHash: corpus.id };
}

/** One session of a run: from where it stands to its end or an interruption. */
class Trainer {
  readonly #request: TrainRequest;
  readonly #config: LstmConfig;
  readonly #options: TrainOptions;
  readonly #engine: TrainingEngine;
  readonly #log: MetricsLog;
  readonly #stream: BatchStream;
  readonly #pace: Pace;
  readonly #startStep: number;
  #tokens: number;
  #best: CheckpointState['best'];
  #metrics: Record<string, number>;

  constructor(request: TrainRequest, run: StartedRun, engine: TrainingEngine, log: MetricsLog) {
    const state = run.checkpoint?.state;
    this.#request = request;
    this.#config = run.config;
    this.#options = run.options;
    this.#engine = engine;
    this.#log = log;
    this.#stream = openTrainingStream(request.corpus, run.options, state?.cursor);
    this.#pace = new Pace(request.now ?? (() => performance.now()));
    this.#startStep = state?.step ?? 0;
    this.#tokens = state?.tokens ?? 0;
    this.#best = state?.best ?? null;
    this.#metrics = state?.metrics ?? {};
  }

  async run(): Promise<TrainResult> {
    const { steps, evaluationInterval, checkpointInterval } = this.#options;
    this.#report({
      kind: 'start',
      step: this.#startStep,
      steps,
      engine: this.#engine.description,
    });
    for (let step = this.#startStep + 1; step <= steps; step++) {
      await this.#takeStep(step);
      const last = step === steps;
      const evaluate = last || step % evaluationInterval === 0;
      const best = evaluate && (await this.#evaluate(step));
      const interrupted = !last && this.#request.signal?.aborted === true;
      if (best || last || interrupted || step % checkpointInterval === 0) {
        await this.#writeCheckpoint(step);
      }
      if (interrupted) return this.#result('interrupted', step);
    }
    return this.#result('finished', Math.max(steps, this.#startStep));
  }

  async #takeStep(step: number): Promise<void> {
    const { steps, batch, windowSteps } = this.#options;
    this.#pace.beginStep();
    const window = await this.#nextWindow();
    const learningRate = learningRateAt(step, this.#options);
    const result = await this.#engine.step(window, { learningRate });
    this.#pace.endStep();
    checkFinite(result, step, learningRate);
    this.#tokens += window.weights.reduce((sum, weight) => sum + weight, 0);
    this.#log.append({ kind: 'step', step, ...result, learningRate });
    if (step % LOG_INTERVAL === 0) await this.#log.flush();
    this.#report({
      kind: 'step',
      step,
      steps,
      epoch: this.#stream.epoch,
      ...result,
      learningRate,
      tokensPerSecond: this.#pace.tokensPerSecond(batch * windowSteps),
      secondsLeft: this.#pace.secondsFor(steps - step),
    });
  }

  async #nextWindow(): Promise<Batch> {
    const window = await this.#stream.next();
    if (window === undefined) throw new Error('internal: the training stream has an end');
    return window;
  }

  /** Evaluates on the validation split, if the corpus has one; true if it is the best so far. */
  async #evaluate(step: number): Promise<boolean> {
    const { corpus } = this.#request;
    if (corpus.pieces('validation').length === 0) return false;
    const { batch, windowSteps } = this.#options;
    const sizes = { batch, steps: windowSteps };
    const found = await evaluateSplit(this.#engine, corpus, 'validation', sizes);
    const { natsPerToken: loss, natsPerNote, accuracy } = found;
    if (!Number.isFinite(loss)) {
      throw diverged(step, learningRateAt(step, this.#options), `the validation loss is ${loss}`);
    }
    const lossPerNote = Number.isFinite(natsPerNote) ? natsPerNote : null;
    const best = this.#best === null || loss < this.#best.loss;
    if (best) this.#best = { step, loss };
    this.#metrics = {
      validationLoss: loss,
      validationAccuracy: accuracy,
      ...(lossPerNote === null ? {} : { validationLossPerNote: lossPerNote }),
    };
    this.#log.append({ kind: 'evaluation', step, loss, accuracy, lossPerNote });
    this.#report({ kind: 'evaluation', step, loss, accuracy, lossPerNote, best });
    return best;
  }

  async #writeCheckpoint(step: number): Promise<void> {
    const { corpus, runFolder, writeFile = writeFileDurably } = this.#request;
    await this.#log.flush();
    const facts: CheckpointFacts = {
      ...identity(this.#config, corpus),
      epoch: this.#stream.epoch,
      tokens: this.#tokens,
      cursor: this.#stream.cursor(),
      best: this.#best,
      metrics: this.#metrics,
      options: this.#options,
    };
    const folder = checkpointFolder(runFolder, step);
    await writeCheckpoint(folder, facts, await this.#engine.exportState(), { writeFile });
    const { keepCheckpoints: keep } = this.#options;
    await pruneCheckpoints(runFolder, { keep, best: this.#best?.step });
    this.#report({ kind: 'checkpoint', step, folder });
  }

  #report(progress: TrainProgress): void {
    this.#request.onProgress?.(progress);
  }

  #result(status: TrainResult['status'], step: number): TrainResult {
    const epoch = this.#stream.epoch;
    return { status, step, tokens: this.#tokens, epoch, best: this.#best, metrics: this.#metrics };
  }
}

function openTrainingStream(
  corpus: Corpus,
  { batch, windowSteps, seed, transpose, labelDropout }: TrainOptions,
  cursor: unknown,
): BatchStream {
  return createBatchStream(corpus, 'train', {
    batch,
    steps: windowSteps,
    seed,
    transpose,
    labelDropout,
    // The stream checks what it is given.
    ...(cursor === undefined ? {} : { cursor: cursor as BatchCursor }),
  });
}

function checkFinite({ loss, gradientNorm }: StepResult, step: number, learningRate: number): void {
  if (!Number.isFinite(loss)) throw diverged(step, learningRate, `the loss is ${loss}`);
  if (!Number.isFinite(gradientNorm)) {
    throw diverged(step, learningRate, `the gradient's norm is ${gradientNorm}`);
  }
}

function diverged(step: number, learningRate: number, what: string): TrainingError {
  return new TrainingError(
    'diverged',
    `step ${step}, learning rate ${learningRate}: ${what}; the last checkpoint stands. Start again with a lower peak learning rate or a longer warm-up`,
  );
}
