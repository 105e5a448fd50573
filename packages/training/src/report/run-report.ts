// The observer that makes a run explain itself: event files for TensorBoard, composed samples and a report.
import { join } from 'node:path';
import type { Corpus } from '../data/open-corpus.js';
import type { MetricsLine } from '../trainer/metrics-log.js';
import { readRun, type Run } from '../trainer/run-file.js';
import type { EvaluationMoment, RunObserver } from '../trainer/run-observer.js';
import { renderPng } from './charts/draw.js';
import { readCurves } from './curves/read-curves.js';
import { RunCurves } from './curves/run-curves.js';
import { type DataFacts, findDataFacts, readDataFacts } from './facts/data-facts.js';
import { composeSample, sampleFiles } from './samples/sample.js';
import {
  listSamples,
  pruneSamples,
  removeSamplesFrom,
  writeSample,
} from './samples/sample-folder.js';
import { createStepModel } from './samples/step-model.js';
import { EventFile } from './tensorboard/event-file.js';
import { audio, image, isKeptEvaluation, metricValues, text } from './tensorboard/run-events.js';
import { publishReport, reportFolder } from './write-report.js';

export interface RunReportOptions {
  /** Where the run lives. Nothing is written before the run's first line of metrics. */
  readonly runFolder: string;
  /** What the run trains on; it stays open as long as the observer. */
  readonly corpus: Corpus;
  /** The folders the corpus was opened from: their ledgers are shown. Default: none. */
  readonly dataFolders?: readonly string[];
  /** Seed of the composed samples. Default 1. */
  readonly sampleSeed?: number;
  /** Milliseconds since 1970, for the event files and the date of the report. Default: the system's clock. */
  readonly now?: () => number;
  /** Told in one line what could not be made. A report never ends a run. Default: nobody is told. */
  readonly onProblem?: (message: string) => void;
}

/** Composing is given up after this. */
const SAMPLE_MILLISECONDS = 60_000;

/** Makes the observer of one session of a run. It writes below the run's folder
 *  - `tensorboard/`: event files
 *  - `samples/`: a piece composed at each evaluation, as MIDI, picture and sound; the first, the best and the newest stay
 *  - `report.html`, self-contained, and its pictures in `report/`; again at each evaluation and at the end
 *  @example
 *  const report = await createRunReport({ runFolder: 'runs/first', corpus, dataFolders: ['corpora/musicnet'] });
 *  await train({ corpus, runFolder: 'runs/first', observers: [report], ... }); */
// eslint-disable-next-line @typescript-eslint/require-await -- a promise, so that it may look at the disk one day
export async function createRunReport(options: RunReportOptions): Promise<RunObserver> {
  return new RunReport(options);
}

/** What is known of the run once its session has begun. */
interface Session {
  readonly run: Run | undefined;
  readonly data: DataFacts | undefined;
  readonly events: EventFile | undefined;
}

class RunReport implements RunObserver {
  readonly #options: RunReportOptions;
  readonly #now: () => number;
  readonly #curves = new RunCurves();
  readonly #problems: string[] = [];
  /** Lines that wait for the event file. */
  #lines: MetricsLine[] = [];
  #events: EventFile | undefined;
  #session: Promise<Session> | undefined;
  #signal: AbortSignal | undefined;

  constructor(options: RunReportOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  onMetrics(line: MetricsLine): void {
    this.#curves.add(line);
    if (this.#events) this.#events.add(line.step, metricValues(line));
    else this.#lines.push(line);
    this.#session ??= this.#begin(line.step);
  }

  async onEvaluation(moment: EvaluationMoment): Promise<void> {
    this.#signal = moment.signal;
    const session = await this.#session;
    if (!session) return;
    await this.#attempt('the sample', () => this.#compose(moment, session));
    await this.#publish(session);
  }

  async onCheckpoint(): Promise<void> {
    const session = await this.#session;
    await this.#attempt('the event file', async () => session?.events?.flush());
  }

  async close(): Promise<void> {
    // A session that took no step changes nothing.
    const session = await this.#session;
    if (!session) return;
    await this.#attempt('the event file', async () => session.events?.close());
    await this.#publish(session);
  }

  async #begin(firstStep: number): Promise<Session> {
    const { runFolder, corpus, dataFolders = [] } = this.#options;
    const events = await this.#attempt('the event file', () =>
      EventFile.open(join(runFolder, 'tensorboard'), firstStep, this.#now),
    );
    for (const line of this.#lines) events?.add(line.step, metricValues(line));
    this.#lines = [];
    this.#events = events;
    const run = await this.#attempt('run.json', () => readRun(runFolder));
    if (run)
      events?.add(firstStep, [text('run', `\`\`\`\n${JSON.stringify(run, null, 2)}\n\`\`\``)]);
    await this.#attempt('the log so far', () =>
      readCurves(runFolder, this.#curves, { before: firstStep }),
    );
    await this.#attempt('older samples', () => removeSamplesFrom(runFolder, firstStep));
    const folder = reportFolder(runFolder);
    const data = await this.#attempt(
      'the notes of the corpus',
      async () =>
        (await readDataFacts(folder, corpus.id)) ??
        (await findDataFacts(folder, corpus, { dataFolders })),
    );
    return { run, data, events };
  }

  async #compose(moment: EvaluationMoment, { events }: Session): Promise<void> {
    const { runFolder, corpus, sampleSeed: seed = 1 } = this.#options;
    const { step, config, line } = moment;
    const timeout = AbortSignal.timeout(SAMPLE_MILLISECONDS);
    const signal = moment.signal ? AbortSignal.any([moment.signal, timeout]) : timeout;
    const { tokenizer } = corpus;
    await using model = await createStepModel(config, await moment.parameters(), tokenizer.grammar);
    const { score, statistics } = await composeSample(model, tokenizer, { seed, signal });
    const files = sampleFiles(score, `Step ${step}`);
    await writeSample(runFolder, { step, loss: line.loss, seed, statistics }, files);
    await pruneSamples(runFolder, await listSamples(runFolder));
    if (!events || !isKeptEvaluation(this.#curves.evaluations)) return;
    const { png, ...size } = renderPng(files.svg);
    events.add(step, [
      image('sample/piano_roll', png, size),
      audio('sample/sound', files.wav, files),
    ]);
  }

  async #publish({ run, data }: Session): Promise<void> {
    const { runFolder } = this.#options;
    await this.#attempt('the report', () =>
      publishReport({
        runFolder,
        run,
        curves: this.#curves,
        data,
        problems: this.#problems,
        now: this.#now,
      }),
    );
  }

  /** Does some work of the report; what goes wrong is told and is no more than that. */
  async #attempt<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (this.#signal?.aborted !== true) {
        const reason = error instanceof Error ? error.message : String(error);
        const message = `${what}: ${reason.replaceAll(/\s*\n\s*/g, ' ')}`;
        if (!this.#problems.includes(message)) {
          this.#options.onProblem?.(message);
          this.#problems.push(message);
        }
      }
      return undefined;
    }
  }
}
