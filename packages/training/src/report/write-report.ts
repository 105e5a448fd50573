// A run's report from what lies in its folder: during training at each evaluation, and at any time afterwards.
import { mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseTokenizer, type Tokenizer } from '@ostinato/core';
import { type LstmConfig, lstmParameters } from '@ostinato/model';
import { readFile } from 'node:fs/promises';
import { readCheckpoint } from '../checkpoint/checkpoint.js';
import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import { replaceFile } from '../checkpoint/durable.js';
import { bestCheckpoint } from '../checkpoint/run-folder.js';
import type { Corpus } from '../data/open-corpus.js';
import { readRun, type Run, RUN_TOKENIZER_FILE } from '../trainer/run-file.js';
import { curveCharts } from './charts/curve-charts.js';
import { type Chart, renderPng, standaloneSvg } from './charts/draw.js';
import { noteCharts } from './charts/note-charts.js';
import { readCurves } from './curves/read-curves.js';
import { RunCurves } from './curves/run-curves.js';
import { type DataFacts, findDataFacts, readDataFacts } from './facts/data-facts.js';
import { findFindings } from './facts/findings.js';
import { noteOverlaps } from './notes/overlap.js';
import { reportPage } from './page/page.js';
import { composeSample, sampleFiles } from './samples/sample.js';
import { listSamples, writeSample } from './samples/sample-folder.js';
import { createStepModel } from './samples/step-model.js';

export interface WriteReportOptions {
  readonly runFolder: string;
  /** The run's corpus. Default: what an earlier report has kept of it. */
  readonly corpus?: Corpus | undefined;
  /** The folders the corpus was opened from: their ledgers are shown. Default: none. */
  readonly dataFolders?: readonly string[] | undefined;
  /** Milliseconds since 1970, for the date of the report. Default: the system's clock. */
  readonly now?: () => number;
  readonly signal?: AbortSignal | undefined;
}

export interface WrittenReport {
  /** Path of the page. */
  readonly page: string;
  readonly bytes: number;
  /** Titles of what it warns of. */
  readonly warnings: readonly string[];
}

/** Where a run keeps the pictures of its report and what was found out of its data. */
export const reportFolder = (runFolder: string): string => join(runFolder, 'report');

/** Makes the report of any run again: one that goes on, has ended or was killed. If it has no sample yet, its best
 *  checkpoint composes one.
 *  @throws {CheckpointError} `missing` if there is no run in the folder, `other-corpus` if the data is not its own
 *  @throws the signal's reason if it is aborted
 *  @example
 *  await writeRunReport({ runFolder: 'runs/first' }); */
export async function writeRunReport(options: WriteReportOptions): Promise<WrittenReport> {
  const { runFolder, corpus, dataFolders = [], now = Date.now, signal } = options;
  const run = await readRun(runFolder);
  if (!run) {
    throw new CheckpointError('missing', `${runFolder}: there is no run (no run.json)`);
  }
  if (corpus && corpus.id !== run.corpusHash) {
    throw new CheckpointError(
      'other-corpus',
      `this run was trained on corpus ${run.corpusHash}, the data is ${corpus.id}; give its own data (all parts of a mix, in the same order and with the same weights), or none`,
    );
  }
  const problems: string[] = [];
  const curves = new RunCurves();
  const unreadable = await readCurves(runFolder, curves, { signal });
  if (unreadable > 0) problems.push(`${unreadable} lines of metrics.jsonl could not be read.`);
  const folder = reportFolder(runFolder);
  const data = corpus
    ? await findDataFacts(folder, corpus, { dataFolders, signal })
    : await readDataFacts(folder, run.corpusHash);
  if ((await listSamples(runFolder)).length === 0) {
    await composeFromCheckpoint(runFolder, signal).catch((error: Error) => {
      signal?.throwIfAborted();
      problems.push(`No sample could be composed: ${error.message}`);
    });
  }
  return publishReport({ runFolder, run, curves, data, problems, now });
}

export interface ReportParts {
  readonly runFolder: string;
  readonly run: Run | undefined;
  readonly curves: RunCurves;
  readonly data: DataFacts | undefined;
  readonly problems: readonly string[];
  readonly now: () => number;
}

/** Writes the page and its pictures, each beside its place and renamed. */
export async function publishReport(parts: ReportParts): Promise<WrittenReport> {
  const { runFolder, run, curves, data, problems, now } = parts;
  const samples = await listSamples(runFolder);
  const composed = samples.at(-1)?.statistics;
  const corpusNotes = data?.statistics;
  const options = run?.options;
  const parameters = run && countParameters(run.config);
  const baseline = data?.baseline ?? undefined;
  const statuses = data?.ledger?.statuses ?? {};
  const findings = findFindings({
    curves,
    steps: options?.steps,
    warmupSteps: options?.warmupSteps,
    clipNorm: options?.clipNorm,
    parameters,
    trainingTokens: data?.splits.train.tokens,
    baseline,
    overlaps: corpusNotes && composed && noteOverlaps(corpusNotes, composed),
    composedNotes: composed?.notes,
    transposed: options?.transpose,
    files: Object.values(statuses).reduce((sum, count) => sum + count, 0),
    droppedFiles: statuses['dropped'],
  });
  const charts = {
    curveCharts: curveCharts(curves, { baseline, clipNorm: options?.clipNorm }),
    noteCharts: noteCharts(corpusNotes, composed),
  };
  await writePictures(reportFolder(runFolder), [...charts.curveCharts, ...charts.noteCharts]);
  const text = await reportPage({
    name: basename(resolve(runFolder)),
    date: `${new Date(now()).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    curves,
    ...charts,
    findings,
    samples,
    data,
    settings: run ? settingsOf(run) : [],
    steps: options?.steps,
    parameters,
    transposed: options?.transpose ?? false,
    problems,
  });
  const page = join(runFolder, 'report.html');
  const bytes = new TextEncoder().encode(text);
  await replaceFile(page, bytes);
  const warnings = findings.filter(({ level }) => level === 'warning').map(({ title }) => title);
  return { page, bytes: bytes.length, warnings };
}

async function writePictures(folder: string, charts: readonly Chart[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const chart of charts) {
    const svg = standaloneSvg(chart);
    await replaceFile(join(folder, `${chart.name}.svg`), new TextEncoder().encode(svg));
    await replaceFile(join(folder, `${chart.name}.png`), renderPng(svg).png);
  }
}

/** Composes with the best checkpoint, if the run has one. */
async function composeFromCheckpoint(
  runFolder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const folder = await bestCheckpoint(runFolder);
  if (folder === undefined) return;
  const { state, engine } = await readCheckpoint(folder);
  const tokenizer: Tokenizer = parseTokenizer(
    await readFile(join(runFolder, RUN_TOKENIZER_FILE), 'utf8'),
  );
  await using model = await createStepModel(state.config, engine.parameters, tokenizer.grammar);
  const seed = 1;
  const { score, statistics } = await composeSample(model, tokenizer, { seed, signal });
  const loss = state.best?.step === state.step ? state.best.loss : null;
  const files = sampleFiles(score, `Step ${state.step}`);
  await writeSample(runFolder, { step: state.step, loss, seed, statistics }, files);
}

function countParameters(config: LstmConfig): number {
  return lstmParameters(config).reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
}

function settingsOf({ config, options, engine }: Run): [string, string][] {
  const entries = { engine, ...config, ...options };
  return Object.entries(entries).map(([name, value]) => [
    name,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ]);
}
