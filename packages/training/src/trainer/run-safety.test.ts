// What may happen to a run folder between and during sessions: others, damage, a full disk.
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LstmSizes } from '@ostinato/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../checkpoint/checkpoint.js';
import {
  bestCheckpoint,
  checkpointFolder,
  latestCheckpoint,
  listCheckpoints,
} from '../checkpoint/run-folder.js';
import { createLinearMemoryEngine } from '../testing/linear-memory-engine.js';
import { createMemoryCorpus } from '../testing/memory-corpus.js';
import { train } from './train.js';
import type { TrainRequest, TrainResult } from './train-request.js';
import type { TrainOptionsInput } from './train-options.js';

const sizes: LstmSizes = {
  kind: 'lstm',
  embeddingSize: 8,
  hiddenSize: 8,
  layers: 1,
  dropout: 0.1,
  tiedOutput: false,
};
const options: TrainOptionsInput = {
  steps: 24,
  batch: 2,
  windowSteps: 16,
  peakLearningRate: 0.02,
  warmupSteps: 4,
  evaluationInterval: 6,
  checkpointInterval: 4,
};
const corpus = createMemoryCorpus();

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-safety-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const runIn = (name: string): string => join(folder, name);

async function trainIn(name: string, change: Partial<TrainRequest> = {}): Promise<TrainResult> {
  const request = { corpus, engine: createLinearMemoryEngine, sizes, options, ...change };
  // By a clock that stands still the log's rates are the same in every run.
  return train({ now: () => 0, ...request, runFolder: runIn(name) });
}

const resumeIn = async (name: string, change: TrainOptionsInput = {}): Promise<TrainResult> =>
  trainIn(name, { resume: true, sizes: undefined, options: change });

/** Trains until a step is taken, then asks to stop. */
async function trainUntil(stop: number, name: string, change: Partial<TrainRequest> = {}) {
  const controller = new AbortController();
  const result = await trainIn(name, {
    ...change,
    signal: controller.signal,
    onProgress: (event) => {
      if (event.kind === 'step' && event.step === stop) controller.abort();
    },
  });
  expect(result).toMatchObject({ status: 'interrupted', step: stop });
}

/** The files that must not depend on how often a run was interrupted. */
async function remains(name: string): Promise<Record<string, string>> {
  const latest = (await latestCheckpoint(runIn(name)))!;
  const best = (await bestCheckpoint(runIn(name)))!;
  const paths = [
    ...['metrics.jsonl', 'tokenizer.json'].map((file) => join(runIn(name), file)),
    ...(await readdir(latest)).map((file) => join(latest, file)),
    ...(await readdir(best)).map((file) => join(best, file)),
  ];
  const entries = paths.map(async (path) => [
    path.slice(runIn(name).length),
    await readFile(path, 'base64'),
  ]);
  return Object.fromEntries(await Promise.all(entries)) as Record<string, string>;
}

describe('a run', () => {
  it('is not for two trainers at once, and the first one is not disturbed', async () => {
    await trainIn('alone');
    const second: unknown[] = [];
    let waiting: Promise<unknown> | undefined;
    await trainIn('shared', {
      onProgress: ({ kind }) => {
        if (kind !== 'checkpoint') return;
        waiting ??= resumeIn('shared').catch((error: unknown) => second.push(error));
      },
    });
    await waiting;
    expect(second).toMatchObject([{ code: 'run-locked' }]);
    expect(await remains('shared')).toEqual(await remains('alone'));
  });

  it.each<[string, TrainOptionsInput]>([
    ['more checkpoints', { checkpointInterval: 1, keepCheckpoints: 5 }],
    ['fewer checkpoints', { checkpointInterval: 100, keepCheckpoints: 1 }],
  ])('learns the same when it goes on with %s', async (_what, change) => {
    await trainIn('whole');
    await trainUntil(9, 'parts');
    await resumeIn('parts', change);
    const ends = ['whole', 'parts'].map(async (name) => {
      const { engine, state } = await readCheckpoint(checkpointFolder(runIn(name), 24));
      return { engine, cursor: state.cursor, best: state.best, metrics: state.metrics };
    });
    const [whole, parts] = await Promise.all(ends);
    expect(parts).toEqual(whole);
  });

  it('goes on for longer to the same bytes, interrupted or not', async () => {
    await trainIn('whole');
    await resumeIn('whole', { steps: 40 });
    await trainUntil(7, 'parts');
    await resumeIn('parts');
    await trainUntil(31, 'parts', { resume: true, options: { steps: 40 } });
    await resumeIn('parts');
    expect(await remains('parts')).toEqual(await remains('whole'));
  });

  it('is finished when its last step is taken: resuming it changes no file', async () => {
    await trainIn('run');
    const before = await remains('run');
    const names = await readdir(runIn('run'), { recursive: true });
    expect(await resumeIn('run')).toMatchObject({ status: 'finished', step: 24 });
    expect(await remains('run')).toEqual(before);
    expect(await readdir(runIn('run'), { recursive: true })).toEqual(names);
  });

  it('is swept and pruned at its start of what a killed session did not come to remove', async () => {
    await trainIn('run');
    const before = await readdir(runIn('run'), { recursive: true });
    const kept = (await listCheckpoints(runIn('run'))).at(-1)!;
    const older = checkpointFolder(runIn('run'), 3);
    await cp(checkpointFolder(runIn('run'), kept), older, { recursive: true });
    await mkdir(join(runIn('run'), 'checkpoints', '.tmp-removed-step-2'));
    await writeFile(join(runIn('run'), '.tmp-run.json'), '{"half');
    await resumeIn('run');
    expect(await readdir(runIn('run'), { recursive: true })).toEqual(before);
  });
});

describe('damage', () => {
  const damage = async (step: number): Promise<void> =>
    truncate(join(checkpointFolder(runIn('run'), step), 'moments.safetensors'), 9);

  it('of the newest checkpoint is named, with the way to go on from the one before', async () => {
    await trainIn('run');
    const before = await remains('run');
    const [earlier, newest] = (await listCheckpoints(runIn('run'))).slice(-2);
    await damage(newest);
    const remedy = `remove ${checkpointFolder(runIn('run'), newest)} and resume to go on from step ${earlier}`;
    await expect(resumeIn('run')).rejects.toMatchObject({
      code: 'damaged',
      message: expect.stringMatching(`^step-24/moments.*9 are there; ${remedy}$`),
    });
    expect(await listCheckpoints(runIn('run'))).toContain(newest); // it is for a person to remove
    await rm(checkpointFolder(runIn('run'), newest), { recursive: true });
    await resumeIn('run');
    expect(await remains('run')).toEqual(before);
  });

  it('of the only checkpoint leads back to the beginning', async () => {
    await trainIn('whole');
    await trainUntil(2, 'run');
    await damage(2);
    await expect(resumeIn('run')).rejects.toThrow(/resume to start from the beginning$/);
    await rm(checkpointFolder(runIn('run'), 2), { recursive: true });
    await resumeIn('run');
    expect(await remains('run')).toEqual(await remains('whole'));
  });

  it('is not what a later release wrote: nobody is told to remove that', async () => {
    await trainIn('run');
    const path = join(checkpointFolder(runIn('run'), 24), 'state.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"schemaVersion": 1', '"schemaVersion": 99'));
    const attempt = resumeIn('run');
    await expect(attempt).rejects.toMatchObject({ code: 'schema-version' });
    await expect(attempt).rejects.not.toThrow(/remove/);
  });

  it.each([
    [
      'a cut one',
      (text: string) => text.slice(0, 99),
      /run\.json: not JSON; .*; remove it to go on/,
    ],
    ['a changed seed', (text: string) => text.replace('"seed": 1', '"seed": 3'), /checksum/],
  ])(
    'of run.json is named, and no loss once there is a checkpoint: %s',
    async (_, change, message) => {
      await trainIn('whole');
      await trainUntil(10, 'run');
      const path = join(runIn('run'), 'run.json');
      const text = await readFile(path, 'utf8');
      await writeFile(path, change(text));
      await expect(resumeIn('run')).rejects.toThrow(message);
      await rm(path);
      await resumeIn('run');
      expect(await remains('run')).toEqual(await remains('whole'));
      expect(await readFile(path, 'utf8')).toBe(text);
    },
  );

  it.runIf(process.platform === 'linux').each(['run.json', 'metrics.jsonl'])(
    'is found at once where a pipe is in the place of %s',
    async (file) => {
      await trainUntil(5, 'run');
      await rm(join(runIn('run'), file));
      execFileSync('mkfifo', [join(runIn('run'), file)]);
      await expect(resumeIn('run')).rejects.toThrow(`${file}: not a file`);
    },
  );

  it('by a checkpoint of another run is found', async () => {
    await trainUntil(10, 'run');
    await trainUntil(12, 'other', { options: { ...options, seed: 2 } });
    await cp(checkpointFolder(runIn('other'), 12), checkpointFolder(runIn('run'), 12), {
      recursive: true,
    });
    await expect(resumeIn('run')).rejects.toMatchObject({
      code: 'other-options',
      message: expect.stringMatching(
        /^the newest checkpoint is of another run than run\.json: .*seed/,
      ),
    });
  });
});

/** A small disk of its own at a folder, if this machine lets us mount one. */
function mountSmallDisk(at: string, size: string): boolean {
  try {
    execFileSync('sh', ['-c', `mount -t tmpfs -o size=${size} tmpfs "$0"`, at], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

describe('a real disk', () => {
  it('that is full ends the session in one line; with more space it goes on', async (context) => {
    const disk = join(folder, 'disk');
    await mkdir(disk);
    if (!mountSmallDisk(disk, '100k')) context.skip('no right to mount a small disk here');
    try {
      await trainIn('whole');
      const error: unknown = await trainIn('disk/run').catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: 'write-failed',
        message: expect.stringMatching(
          /^\S+disk\/run\S*: \S+ could not be written: the disk is full \(ENOSPC\); what was written before stands: free some space and resume the run$/,
        ),
      });
      for (const step of await listCheckpoints(runIn('disk/run'))) {
        await readCheckpoint(checkpointFolder(runIn('disk/run'), step));
      }
      await expect(resumeIn('disk/run')).rejects.toMatchObject({ code: 'write-failed' });
      execFileSync('sh', ['-c', 'mount -o remount,size=10m "$0"', disk]);
      await resumeIn('disk/run');
      expect(await remains('disk/run')).toEqual(await remains('whole'));

      execFileSync('sh', ['-c', 'mount -o remount,ro "$0"', disk]);
      await expect(resumeIn('disk/run')).rejects.toThrow(
        /\.lock could not be written: the disk is mounted read-only \(EROFS\)/,
      );
    } finally {
      execFileSync('sh', ['-c', 'umount "$0"', disk]);
    }
  });
});
