// The training loop: steps, evaluations, checkpoints. A run that is killed and resumed ends with the same bytes as one
// that never stopped (same engine, machine and threads), but for the rates that the clock decides in its log.
import { performance } from 'node:perf_hooks';
import type { LstmConfig } from '@ostinato/model';
import { type CheckpointFacts, writeCheckpoint } from '../checkpoint/checkpoint.js';
import type { CheckpointState, ScheduleState } from '../checkpoint/checkpoint-state.js';
import { writeFileDurably } from '../checkpoint/durable.js';
import { checkpointFolder, pruneCheckpoints } from '../checkpoint/run-folder.js';
import type { BatchCursor } from '../data/batch-cursor.js';
import { type BatchStream, createBatchStream } from '../data/batch-stream.js';
import type { Batch } from '../data/batch.js';
import type { Corpus } from '../data/open-corpus.js';
import type { TrainingEngine } from '../engines/engine.js';
import { evaluateSplit, type SplitLikelihood } from './evaluate-split.js';
import { learningRateAt } from './learning-rate.js';
import type { MetricsLine, MetricsLog } from './metrics-log.js';
import type { Observers } from './observers.js';
import { Pace } from './pace.js';
import type { TrainProgress } from './progress.js';
import { type Divergence, saveDivergence } from './save-divergence.js';
import { afterEvaluation, NO_EVALUATION, stopsEarly } from './schedule-state.js';
import type { StartedRun } from './start-run.js';
import type { TrainOptions } from './train-options.js';
import type { TrainRequest, TrainResult } from './train-request.js';
import { TrainingError } from './training-error.js';

/** Steps between writes of the log; a checkpoint writes it too. */
const LOG_INTERVAL = 50;

export interface TrainerParts {
  readonly request: TrainRequest;
  readonly started: StartedRun;
  readonly engine: TrainingEngine;
  readonly log: MetricsLog;
  readonly observers: Observers;
}

/** One session of a run: from where it stands to its end or an interruption. */
export class Trainer {
  readonly #request: TrainRequest;
  readonly #config: LstmConfig;
  readonly #options: TrainOptions;
  readonly #engine: TrainingEngine;
  readonly #log: MetricsLog;
  readonly #observers: Observers;
  readonly #stream: BatchStream;
  readonly #pace: Pace;
  readonly #startStep: number;
  #tokens: number;
  #best: CheckpointState['best'];
  #schedule: ScheduleState;
  #metrics: Record<string, number>;

  constructor({ request, started, engine, log, observers }: TrainerParts) {
    const state = started.checkpoint?.state;
    this.#request = request;
    this.#config = started.config;
    this.#options = started.options;
    this.#engine = engine;
    this.#log = log;
    this.#observers = observers;
    this.#stream = openTrainingStream(request.corpus, started.options, state?.cursor);
    this.#pace = new Pace(request.now ?? (() => performance.now()));
    this.#startStep = state?.step ?? 0;
    this.#tokens = state?.tokens ?? 0;
    this.#best = state?.best ?? null;
    this.#schedule = state?.schedule ?? NO_EVALUATION;
    this.#metrics = state?.metrics ?? {};
  }

  async run(): Promise<TrainResult> {
    const { steps, evaluationInterval, checkpointInterval } = this.#options;
    const engine = this.#engine.description;
    this.#report({ kind: 'start', step: this.#startStep, steps, engine });
    let step = this.#startStep;
    while (step < steps && !this.#stopsEarly()) {
      await this.#takeStep(++step);
      const evaluate = step === steps || step % evaluationInterval === 0;
      const best = evaluate && (await this.#evaluate(step));
      const ended = step === steps || this.#stopsEarly();
      const interrupted = !ended && this.#request.signal?.aborted === true;
      const leaves = ended || interrupted || this.#observers.failed;
      if (best || leaves || step % checkpointInterval === 0) await this.#writeCheckpoint(step);
      this.#observers.throwFailure();
      if (interrupted) return this.#result('interrupted', step);
    }
    return this.#result(step < steps ? 'stopped-early' : 'finished', step);
  }

  async #takeStep(step: number): Promise<void> {
    const { steps, batch, windowSteps } = this.#options;
    this.#pace.beginStep();
    const before = this.#stream.cursor();
    const window = await this.#nextWindow();
    const learningRate = this.#learningRateAt(step);
    const result = await this.#engine.step(window, { learningRate });
    this.#pace.endStep();
    const wrong = notFinite('loss', result.loss) ?? notFinite('gradientNorm', result.gradientNorm);
    if (wrong !== undefined) {
      const cursors = { before, after: this.#stream.cursor() };
      const figures = { ...result };
      throw await this.#diverged({ step, learningRate, figures, batch: window, cursors }, wrong);
    }
    this.#tokens += window.weights.reduce((sum, weight) => sum + weight, 0);
    const tokensPerSecond = this.#pace.tokensPerSecond(batch * windowSteps);
    const { epoch } = this.#stream;
    const figures = { ...result, learningRate, tokensPerSecond, epoch };
    this.#record({ kind: 'step', step, ...figures, tokens: this.#tokens });
    if (step % LOG_INTERVAL === 0) await this.#log.flush();
    const secondsLeft = this.#pace.secondsFor(steps - step);
    this.#report({ kind: 'step', step, steps, ...figures, secondsLeft });
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
    const { natsPerToken: loss, natsPerNote, accuracy, broken } = found;
    if (broken !== undefined) throw await this.#divergedInEvaluation(step, loss, broken);
    const best = this.#best === null || loss < this.#best.loss;
    if (best) this.#best = { step, loss };
    const { cuts } = this.#schedule;
    this.#schedule = afterEvaluation(this.#schedule, { step, better: best }, this.#options);
    const cut = this.#schedule.cuts > cuts;
    this.#metrics = metricsOf(found);
    const lossPerNote = finiteOrNull(natsPerNote);
    const line = { kind: 'evaluation', step, loss, accuracy, lossPerNote } as const;
    this.#record(line);
    const { sinceBest } = this.#schedule;
    const cutTo = cut ? this.#learningRateAt(step + 1) : null;
    this.#report({ ...line, best, sinceBest, cutTo });
    await this.#observers.evaluation({
      step,
      config: this.#config,
      corpus,
      line,
      parameters: async () => (await this.#engine.exportState()).parameters,
      signal: this.#request.signal,
    });
    return best;
  }

  async #writeCheckpoint(step: number): Promise<void> {
    const { corpus, runFolder, writeFile = writeFileDurably } = this.#request;
    await this.#log.flush();
    const facts: CheckpointFacts = {
      ...identityOf(this.#config, corpus),
      epoch: this.#stream.epoch,
      tokens: this.#tokens,
      cursor: this.#stream.cursor(),
      best: this.#best,
      schedule: this.#schedule,
      metrics: this.#metrics,
      options: withoutUndefined(this.#options),
    };
    const folder = checkpointFolder(runFolder, step);
    await writeCheckpoint(folder, facts, await this.#engine.exportState(), { writeFile });
    const { keepCheckpoints: keep } = this.#options;
    await pruneCheckpoints(runFolder, { keep, best: this.#best?.step });
    this.#report({ kind: 'checkpoint', step, folder });
    await this.#observers.checkpoint(step);
  }

  #learningRateAt(step: number): number {
    return learningRateAt(step, this.#options, this.#schedule.cuts);
  }

  #stopsEarly(): boolean {
    return stopsEarly(this.#schedule, this.#options);
  }

  #record(line: MetricsLine): void {
    this.#log.append(line);
    this.#observers.metrics(line);
  }

  #report(progress: TrainProgress): void {
    this.#request.onProgress?.(progress);
  }

  async #divergedInEvaluation(step: number, loss: number, batch: Batch): Promise<TrainingError> {
    const learningRate = this.#learningRateAt(step);
    const figures = { validationLoss: loss };
    return this.#diverged({ step, learningRate, figures, batch }, `the validation loss is ${loss}`);
  }

  /** Saves the batch and gives the error that ends the run. */
  async #diverged(divergence: Divergence, what: string): Promise<TrainingError> {
    const { corpus, runFolder, writeFile = writeFileDurably } = this.#request;
    const { seed } = this.#options;
    const place = await saveDivergence(runFolder, divergence, { corpus, seed }, writeFile).then(
      (folder) => `its batch is in ${folder}`,
      (error: Error) => `its batch is lost (${error.message})`,
    );
    const { step, learningRate } = divergence;
    return new TrainingError(
      'diverged',
      `step ${step}, learning rate ${learningRate}: ${what}; ${place}; the last checkpoint stands. Start again with a lower peak learning rate or a longer warm-up`,
    );
  }

  #result(status: TrainResult['status'], step: number): TrainResult {
    const epoch = this.#stream.epoch;
    return { status, step, tokens: this.#tokens, epoch, best: this.#best, metrics: this.#metrics };
  }
}

/** What ties the files of a run together. */
export function identityOf(
  config: LstmConfig,
  corpus: Corpus,
): { config: LstmConfig; tokenizerHash: string; corpusHash: string } {
  return { config, tokenizerHash: corpus.tokenizer.hash, corpusHash: corpus.id };
}

function openTrainingStream(corpus: Corpus, options: TrainOptions, cursor: unknown): BatchStream {
  const { batch, windowSteps: steps, seed } = options;
  const { transpose, tempoStretch, velocityShift, rotateBars, labelDropout } = options;
  return createBatchStream(corpus, 'train', {
    batch,
    steps,
    seed,
    transpose,
    tempoStretch,
    velocityShift,
    rotateBars,
    labelDropout,
    // The stream checks what it is given.
    ...(cursor === undefined ? {} : { cursor: cursor as BatchCursor }),
  });
}

function metricsOf({
  natsPerToken,
  natsPerNote,
  accuracy,
}: SplitLikelihood): Record<string, number> {
  return {
    validationLoss: natsPerToken,
    validationAccuracy: accuracy,
    ...(Number.isFinite(natsPerNote) ? { validationLossPerNote: natsPerNote } : {}),
  };
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Says what is wrong with a figure of a step, if it is no finite number. */
function notFinite(name: 'loss' | 'gradientNorm', value: number): string | undefined {
  if (Number.isFinite(value)) return undefined;
  return `${name === 'loss' ? 'the loss' : "the gradient's norm"} is ${value}`;
}

function withoutUndefined(options: TrainOptions): CheckpointFacts['options'] {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}
