import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyStatistics } from '../notes/note-statistics.js';
import {
  bestSample,
  listSamples,
  pruneSamples,
  removeSamplesFrom,
  writeSample,
} from './sample-folder.js';

let run: string;
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'ostinato-samples-'));
});
afterEach(() => rm(run, { recursive: true, force: true }));

const files = {
  midi: Uint8Array.of(1),
  svg: '<svg/>',
  wav: Uint8Array.of(2),
  sampleRate: 22_050,
  frames: 0,
};
const write = (step: number, loss: number | null) =>
  writeSample(run, { step, loss, seed: 1, statistics: emptyStatistics() }, files);
const steps = async () => (await listSamples(run)).map(({ step }) => step);

describe('the samples of a run', () => {
  it('are listed by their step, with what is known of them', async () => {
    await write(1000, 2);
    await write(900, null);
    expect(await listSamples(run)).toMatchObject([
      { step: 900, loss: null },
      { step: 1000, loss: 2, seed: 1 },
    ]);
  });

  it('stay bounded: the first, the best and the newest four', async () => {
    for (let step = 1; step <= 30; step++) {
      await write(step, Math.abs(step - 12));
      await pruneSamples(run, await listSamples(run));
    }
    expect(await steps()).toEqual([1, 12, 27, 28, 29, 30]);
    expect(await readdir(join(run, 'samples'))).toHaveLength(6 * 4);
    expect(bestSample(await listSamples(run))?.step).toBe(12);
  });

  it('are gone from the step on that is taken again', async () => {
    for (const step of [5, 10, 15]) await write(step, 1);
    await writeFile(join(run, 'samples', 'step-20.mid'), 'a rest');
    await writeFile(join(run, 'samples', 'mine.mid'), 'mine');
    await removeSamplesFrom(run, 10);
    expect((await readdir(join(run, 'samples'))).sort()).toEqual([
      'mine.mid',
      ...['json', 'mid', 'svg', 'wav'].map((extension) => `step-5.${extension}`),
    ]);
  });

  it('are left out where they are not whole or not readable', async () => {
    expect(await steps()).toEqual([]);
    for (const step of [1, 2, 3]) await write(step, 1);
    await rm(join(run, 'samples', 'step-1.wav'));
    await writeFile(join(run, 'samples', 'step-2.json'), '{"schemaVersion":1');
    expect(await steps()).toEqual([3]);
  });
});
