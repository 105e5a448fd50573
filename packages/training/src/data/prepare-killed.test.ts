// More files than a journal keeps in memory, and a preparation that is really killed: the result is that of one that was
// left alone.
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { smallMidi, type SmallNote } from '../testing/music-files.js';
import { prepareCorpus, prepareShard } from './prepare.js';
import type { PrepareProgress } from './progress.js';
import { mergeShards } from './shards/merge-shards.js';

const FILES = 620;
/** The others are copies. */
const DISTINCT = 580;
/** A journal is brought to the disk after 500 entries, or a second: some kills come before, others after that. */
const ENTRIES = 500;
const MOMENTS = [
  ['survey', 100],
  ['survey', 560],
  ['encode', 50],
  ['encode', 560],
] as const;

let folder: string;
let music: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-many-'));
  music = join(folder, 'music');
  for (let i = 0; i < FILES; i++) {
    const part = join(music, `${i % 20}`);
    if (i < 20) await mkdir(part, { recursive: true });
    await writeFile(join(part, `m${i}.mid`), smallMidi({ notes: tune(i % DISTINCT) }));
  }
  await prepareCorpus(music, join(folder, 'whole'), { jobs: 1 });
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Another tune for every number: its digits to the base of 8. */
function tune(number: number): SmallNote[] {
  return [0, 1, 2, 3].map((digit): SmallNote => [60 + ((number >> (3 * digit)) & 7), 2 * digit, 2]);
}

async function filesOf(corpus: string): Promise<Record<string, string>> {
  const names = (await readdir(corpus)).sort();
  const contents = names.map(async (name) => [name, await readFile(join(corpus, name), 'latin1')]);
  return Object.fromEntries(await Promise.all(contents)) as Record<string, string>;
}

/** Prepares in a process of its own, which is killed when a phase has done so many files. Time stands still in it, so that
 *  only the number of entries decides what has come to the disk. */
async function prepareAndKill(
  out: string,
  phase: PrepareProgress['phase'],
  done: number,
): Promise<NodeJS.Signals | null> {
  const script = join(folder, 'prepare.mjs');
  const compiled = new URL('../../dist/data/prepare.js', import.meta.url).href;
  await writeFile(
    script,
    `import { prepareCorpus } from '${compiled}';
performance.now = () => 0;
const [source, out, phase, done] = process.argv.slice(2);
await prepareCorpus(source, out, { jobs: 2, onProgress: (step) => {
  if (step.phase === phase && step.done >= Number(done)) process.kill(process.pid, 'SIGKILL');
} });`,
  );
  const child = fork(script, [music, out, phase, `${done}`], { execArgv: [] });
  return new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
}

it('is the same with two processes, and with four shards', async () => {
  const expected = await filesOf(join(folder, 'whole'));
  await prepareCorpus(music, join(folder, 'two'), { jobs: 2 });
  expect(await filesOf(join(folder, 'two'))).toEqual(expected);
  const shards: string[] = [];
  for (const index of [1, 2, 3, 4]) {
    const shard = join(folder, 'parts', `${index}`);
    await prepareShard(music, shard, { jobs: 2, shard: { index, count: 4 } });
    shards.push(shard);
  }
  await mergeShards(shards, join(folder, 'merged'), { jobs: 2 });
  expect(await filesOf(join(folder, 'merged'))).toEqual(expected);
});

it('goes on after every kill, to the same bytes', async () => {
  const out = join(folder, 'killed');
  const work = join(folder, '.killed.preparing');
  for (const [phase, done] of MOMENTS) {
    expect(await prepareAndKill(out, phase, done)).toBe('SIGKILL');
    expect(existsSync(out)).toBe(false);
    expect(existsSync(work)).toBe(true);
  }
  const last: Partial<Record<PrepareProgress['phase'], PrepareProgress>> = {};
  await prepareCorpus(music, out, { jobs: 2, onProgress: (step) => (last[step.phase] = step) });
  expect(last.survey).toMatchObject({ done: FILES, resumed: FILES });
  expect(last.encode).toMatchObject({ resumed: ENTRIES });
  expect(await filesOf(out)).toEqual(await filesOf(join(folder, 'whole')));
  expect(existsSync(work)).toBe(false);
});

it('reads a file again that changed since the kill, and no other', async () => {
  const out = join(folder, 'changed');
  await prepareAndKill(out, 'encode', 1);
  const file = join(music, '7', 'm7.mid');
  const before = await readFile(file);
  try {
    await writeFile(file, smallMidi({ notes: tune(DISTINCT) }));
    let survey: PrepareProgress | undefined;
    const onProgress = (step: PrepareProgress): void => {
      if (step.phase === 'survey') survey = step;
    };
    await prepareCorpus(music, out, { jobs: 2, onProgress });
    expect(survey).toMatchObject({ done: FILES, resumed: FILES - 1 });
    await prepareCorpus(music, join(folder, 'fresh'), { jobs: 2 });
    expect(await filesOf(out)).toEqual(await filesOf(join(folder, 'fresh')));
  } finally {
    await writeFile(file, before);
  }
});

it('refuses to go on with another source, unless told to begin anew', async () => {
  const out = join(folder, 'other');
  await prepareAndKill(out, 'survey', 100);
  const other = join(music, '3');
  const refused = prepareCorpus(other, out, { jobs: 1 });
  await expect(refused).rejects.toMatchObject({ code: 'unfinished' });
  await prepareCorpus(other, out, { jobs: 1, restart: true });
  expect(existsSync(join(folder, '.other.preparing'))).toBe(false);
});

it('lets one process at a time prepare a corpus', async () => {
  const out = join(folder, 'twice');
  let second: Promise<PromiseSettledResult<unknown>[]> | undefined;
  const onProgress = ({ done }: PrepareProgress): void => {
    if (done === 100) second ??= Promise.allSettled([prepareCorpus(music, out, { jobs: 1 })]);
  };
  await prepareCorpus(music, out, { jobs: 1, onProgress });
  expect(await second).toMatchObject([{ status: 'rejected', reason: { code: 'in-use' } }]);
});
