import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LstmSizes } from '@ostinato/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../checkpoint/checkpoint.js';
import { latestCheckpoint } from '../checkpoint/run-folder.js';
import { createOnnxEngine } from '../engines/onnx/onnx-engine.js';
import { createMemoryCorpus } from '../testing/memory-corpus.js';
import { curveOf, readEvents } from '../testing/read-events.js';
import { train } from '../trainer/train.js';
import type { TrainRequest } from '../trainer/train-request.js';
import { createRunReport, type RunReportOptions } from './run-report.js';
import { writeRunReport } from './write-report.js';

const corpus = createMemoryCorpus();
const sizes: LstmSizes = {
  kind: 'lstm',
  embeddingSize: 8,
  hiddenSize: 8,
  layers: 1,
  dropout: 0.1,
  tiedOutput: false,
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-report-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const problems: string[] = [];

/** Trains in a folder of its own, watched unless told otherwise. */
async function trainIn(
  runFolder: string,
  change: Partial<TrainRequest> = {},
  report: Partial<RunReportOptions> | false = {},
): Promise<void> {
  const onProblem = (message: string) => problems.push(message);
  const now = () => 1_800_000_000_000;
  const observers =
    report === false
      ? []
      : [await createRunReport({ runFolder, corpus, onProblem, now, ...report })];
  await train({
    corpus,
    runFolder,
    sizes,
    engine: (request) => createOnnxEngine({ ...request, threads: 1 }),
    options: { steps: 12, batch: 2, windowSteps: 16, evaluationInterval: 4, checkpointInterval: 4 },
    observers,
    now: () => 0,
    ...change,
  });
}

const page = (runFolder: string) => readFile(join(runFolder, 'report.html'), 'utf8');
const checkpointOf = async (runFolder: string) =>
  readCheckpoint((await latestCheckpoint(runFolder)) ?? '');

describe('the report of a run', () => {
  let watched: string;
  let ledger: string;
  beforeAll(async () => {
    watched = join(folder, '<b>bold');
    ledger = join(folder, 'data');
    await mkdir(ledger);
    const entries = [
      { path: 'a.mid', status: 'kept' },
      { path: '<script>.mid', status: 'dropped', code: 'no-notes', message: 'nothing in it' },
      { path: 'b.mid', status: 'repaired', warnings: [{ code: 'odd', message: '', count: 2 }] },
    ];
    const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    await writeFile(join(ledger, 'ledger.jsonl'), text);
    await trainIn(watched, {}, { dataFolders: [ledger] });
  }, 60_000);

  it('changes no byte of the run', async () => {
    const alone = join(folder, 'alone');
    await trainIn(alone, {}, false);
    expect(await checkpointOf(watched)).toEqual(await checkpointOf(alone));
    const log = (runFolder: string) => readFile(join(runFolder, 'metrics.jsonl'), 'utf8');
    expect(await log(watched)).toBe(await log(alone));
    expect(problems).toEqual([]);
  });

  it('is one bounded page that loads nothing and runs nothing', async () => {
    const text = await page(watched);
    expect(text.length).toBeLessThan(5_000_000);
    expect(text).not.toMatch(/<script|<link|<iframe|\son\w+=|@import|url\(/i);
    const addresses = [...text.matchAll(/(?:src|href)="([^"]{0,20})/g)].map(
      ([, address]) => address,
    );
    expect(addresses.length).toBeGreaterThan(0);
    for (const address of addresses) expect(address).toMatch(/^data:audio\/wav;/);
    expect(text).toContain('default-src &#39;none&#39;');
  });

  it('has curves, pieces with their sound, notes, data and settings', async () => {
    const text = await page(watched);
    for (const title of ['Loss', 'Accuracy', 'Learning rate', 'Length of the gradient']) {
      expect(text).toContain(`<h3>${title}</h3>`);
    }
    for (const title of [
      'Pitches',
      'Pitch classes',
      'Note values',
      'Notes at once',
      'Instruments',
    ]) {
      expect(text).toContain(`<h3>${title}</h3>`);
    }
    expect(text).toMatch(/likeliest, by step: training [\d.]+ % at the end, validation [\d.]+ %/);
    expect(text.match(/<audio\s/g)?.length).toBeGreaterThan(0);
    expect(text).toContain('peakLearningRate');
    expect(text).toContain('&lt;script&gt;.mid');
    expect(text).toContain('&lt;b&gt;bold');
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
    for (const image of text.match(/<svg[^>]*>/g) ?? []) expect(image).toContain('role="img"');
  });

  it('leaves pictures as SVG and PNG', async () => {
    const names = await readdir(join(watched, 'report'));
    const charts = names.filter((name) => name.endsWith('.svg'));
    expect(charts.length).toBe(10);
    for (const name of charts) {
      expect(await readFile(join(watched, 'report', name), 'utf8')).not.toContain('var(');
      const png = await readFile(join(watched, 'report', name.replace('.svg', '.png')));
      expect(png.subarray(1, 4).toString()).toBe('PNG');
    }
  });

  it('writes the curves for TensorBoard', async () => {
    const events = await readEvents(join(watched, 'tensorboard'));
    expect(curveOf(events, 'loss/train').map(([step]) => step)).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    expect(curveOf(events, 'loss/validation')).toHaveLength(3);
  });

  it('is made again from the folder alone, and says the same', async () => {
    const before = await page(watched);
    const { warnings, bytes } = await writeRunReport({
      runFolder: watched,
      now: () => 1_800_000_000_000,
    });
    expect(Array.isArray(warnings)).toBe(true);
    expect((await stat(join(watched, 'report.html'))).size).toBe(bytes);
    expect(await page(watched)).toBe(before);
  });
});

describe('a run that was stopped and goes on', () => {
  it('has each step once, and no sample of what was lost', async () => {
    const runFolder = join(folder, 'resumed');
    const stop = new AbortController();
    await trainIn(runFolder, {
      signal: stop.signal,
      onProgress: (event) => {
        if (event.kind === 'step' && event.step === 6) stop.abort();
      },
    });
    // As a kill leaves it: a sample and events of steps that no checkpoint has.
    await writeFile(join(runFolder, 'samples', 'step-11.mid'), 'lost');
    await appendFile(join(runFolder, 'metrics.jsonl'), '{"kind":"step","step":7,"lo');
    await trainIn(runFolder, { resume: true, options: {} });
    const events = await readEvents(join(runFolder, 'tensorboard'));
    expect(curveOf(events, 'loss/train').map(([step]) => step)).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    expect(await readdir(join(runFolder, 'samples'))).not.toContain('step-11.mid');
    expect(await page(runFolder)).toContain('<dd>12<small>of 12</small></dd>');
    expect(problems).toEqual([]);
  });
});

describe('a report that cannot be written', () => {
  it('does not end the run, and is told once', async () => {
    const runFolder = join(folder, 'refused');
    const told: string[] = [];
    await trainIn(
      runFolder,
      {
        observers: [
          {
            // Files stand where the report wants folders.
            onMetrics: ({ step }) => {
              if (step === 1) void writeFile(join(runFolder, 'samples'), '');
            },
          },
          await createRunReport({ runFolder, corpus, onProblem: (message) => told.push(message) }),
        ],
      },
      false,
    );
    expect((await checkpointOf(runFolder)).state.step).toBe(12);
    expect(new Set(told).size).toBe(told.length);
    expect(told.some((message) => message.startsWith('the sample'))).toBe(true);
  });
});

describe('the report of any folder', () => {
  it('composes with the best checkpoint of a run that was not watched', async () => {
    const runFolder = join(folder, 'unwatched');
    await trainIn(runFolder, {}, false);
    await writeRunReport({ runFolder, corpus });
    const text = await page(runFolder);
    expect(text).toMatch(/<audio\s/);
    expect(text).toContain('Pitch classes');
  });

  it('says of a run without figures that there are none', async () => {
    const runFolder = join(folder, 'empty');
    await trainIn(runFolder, {}, false);
    for (const name of ['metrics.jsonl', 'checkpoints']) {
      await rm(join(runFolder, name), { recursive: true });
    }
    await writeRunReport({ runFolder });
    const text = await page(runFolder);
    expect(text).toContain('No step yet');
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('refuses a folder without a run and data of another', async () => {
    await expect(writeRunReport({ runFolder: folder })).rejects.toMatchObject({ code: 'missing' });
    const runFolder = join(folder, 'unwatched');
    const other = createMemoryCorpus({ seed: 9 });
    await expect(writeRunReport({ runFolder, corpus: other })).rejects.toMatchObject({
      code: 'other-corpus',
    });
  });
});
