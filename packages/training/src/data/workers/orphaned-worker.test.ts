// A process whose parent is killed while a file holds it: it must not stay behind.
import { fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { smallMelody, smallMidi } from '../../testing/music-files.js';

const COMPILED = new URL('../../../dist/data/workers/file-workers.js', import.meta.url).href;
/** The worker looks for its parent twice a second; the rest is for a machine with other work. */
const LONGEST_WAIT_MILLISECONDS = 20_000;

let folder: string;
/** Where the worker says who it is. */
let pidFile: string;
let tune: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-orphan-'));
  pidFile = join(folder, 'pid');
  tune = join(folder, 'tune.mid');
  await writeFile(tune, smallMidi({ notes: smallMelody(1) }));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Starts a process that has a file read by the real worker, in which opening that file runs `deed` first. */
async function startReading(deed: string) {
  const inWorker = join(folder, 'in-worker.mjs');
  await writeFile(
    inWorker,
    `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const open = fs.openSync;
fs.openSync = (path, ...rest) => {
  if (path === ${JSON.stringify(tune)}) {
    fs.writeFileSync(${JSON.stringify(`${pidFile}.new`)}, String(process.pid));
    fs.renameSync(${JSON.stringify(`${pidFile}.new`)}, ${JSON.stringify(pidFile)});
    ${deed}
  }
  return open(path, ...rest);
};
syncBuiltinESMExports();
`,
  );
  const parent = join(folder, 'parent.mjs');
  await writeFile(
    parent,
    `import { FileWorkers } from '${COMPILED}';
const workers = new FileWorkers({ jobs: 1, fileSeconds: 600 });
const result = await workers.read({ path: 'tune.mid', kind: 'midi', content: ${JSON.stringify(tune)} });
process.send(result.outcome.facts.notes);
await workers[Symbol.asyncDispose]();
process.disconnect();
`,
  );
  await rm(pidFile, { force: true });
  return fork(parent, {
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: `--import ${pathToFileURL(inWorker).href}` },
  });
}

async function until(what: () => boolean): Promise<void> {
  const end = performance.now() + LONGEST_WAIT_MILLISECONDS;
  while (!what()) {
    if (performance.now() > end) throw new Error('waited in vain');
    await sleep(20);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    if (process.platform !== 'linux') return true;
    // Where nobody collects the dead, they keep their number.
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

it('ends by itself when its parent was killed, though a file holds it forever', async () => {
  const parent = await startReading('for (;;);');
  await until(() => existsSync(pidFile));
  const worker = Number(await readFile(pidFile, 'utf8'));
  try {
    expect(isRunning(worker)).toBe(true);
    parent.kill('SIGKILL');
    await until(() => !isRunning(worker));
  } finally {
    if (isRunning(worker)) process.kill(worker, 'SIGKILL');
  }
});

it('is not in the way of a normal end', async () => {
  const parent = await startReading('');
  const replies: unknown[] = [];
  parent.on('message', (notes) => replies.push(notes));
  const code = await new Promise((resolve) => parent.once('exit', resolve));
  await until(() => replies.length > 0); // a reply may be read after the end is known
  expect({ code, replies }).toEqual({ code: 0, replies: [16] });
  const worker = Number(await readFile(pidFile, 'utf8'));
  await until(() => !isRunning(worker));
});
