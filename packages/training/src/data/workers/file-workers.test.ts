import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallMelody, smallMidi } from '../../testing/music-files.js';
import { FileWorkers } from './file-workers.js';
import type { ReadTask } from './tasks.js';

let folder: string;
/** A worker to which files do what their names say. */
let script: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-workers-'));
  script = join(folder, 'hostile-worker.mjs');
  const workerpool = pathToFileURL(createRequire(import.meta.url).resolve('workerpool')).href;
  await writeFile(
    script,
    `import { existsSync, writeFileSync } from 'node:fs';
import workerpool from '${workerpool}';
const deeds = {
  hang: () => { for (;;); },
  crash: () => process.kill(process.pid, 'SIGKILL'),
  exit: () => process.exit(1),
  memory: () => { const map = new Map(); for (let i = 0; ; i++) map.set(i, { i }); },
  'crash-once': (flag) => {
    if (existsSync(flag)) return;
    writeFileSync(flag, '');
    process.kill(process.pid, 'SIGKILL');
  },
};
workerpool.worker({
  ready: () => true,
  read: ({ path, content }) => {
    deeds[path]?.(content);
    return { stamp: path, outcome: { code: 'read', message: path } };
  },
});
`,
  );
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const task = (path: string, content = ''): ReadTask => ({ path, kind: 'midi', content });

describe('file workers', () => {
  it('tell what is in a file, on the disk or from an archive', async () => {
    await using workers = new FileWorkers({ jobs: 1, fileSeconds: 60 });
    const bytes = smallMidi({ notes: smallMelody(1) });
    const file = join(folder, 'a.mid');
    await writeFile(file, bytes);
    const fromDisk = await workers.read(task('a.mid', file));
    const fromArchive = await workers.read({ path: 'a.mid', kind: 'midi', content: bytes });
    expect(fromDisk).toMatchObject({ outcome: { facts: { notes: 16 } } });
    expect(fromArchive).toMatchObject({ outcome: (fromDisk as { outcome: unknown }).outcome });
    expect(fromDisk).toHaveProperty('stamp', expect.stringContaining(`${bytes.length}:`));
  });

  it('tell why a file cannot be read', async () => {
    await using workers = new FileWorkers({ jobs: 1, fileSeconds: 60 });
    const missing = await workers.read(task('b.mid', join(folder, 'b.mid')));
    expect(missing).toMatchObject({ outcome: { code: 'unreadable' } });
  });

  it.each([
    ['hangs', 'hang', 'timed-out'],
    ['kills its process', 'crash', 'reader-died'],
    ['ends its process', 'exit', 'reader-died'],
    ['fills the memory', 'memory', 'reader-died'],
  ])('lose a process to a file that %s, and go on', async (_, path, code) => {
    // The endless file alone must run into its limit, in which a busy machine starts a process too.
    const fileSeconds = path === 'hang' ? 6 : 120;
    await using workers = new FileWorkers({ jobs: 2, fileSeconds, heapMebibytes: 100, script });
    const [bad, good] = await Promise.all([workers.read(task(path)), workers.read(task('good'))]);
    expect(bad).toMatchObject({ code, message: expect.stringContaining(`${path}: `) as string });
    expect(good).toMatchObject({ stamp: 'good' });
    expect(await workers.read(task('next'))).toMatchObject({ stamp: 'next' });
  });

  it('try a file again when its process dies, which may not be its fault', async () => {
    await using workers = new FileWorkers({ jobs: 1, fileSeconds: 60, script });
    const flag = join(folder, 'crashed');
    expect(await workers.read(task('crash-once', flag))).toMatchObject({ stamp: 'crash-once' });
  });

  it('give up when every process dies, instead of dropping a whole collection', async () => {
    await using workers = new FileWorkers({ jobs: 2, fileSeconds: 60, script });
    const all = Promise.all(Array.from({ length: 30 }, () => workers.read(task('crash'))));
    await expect(all).rejects.toMatchObject({ code: 'no-workers' });
  });

  it('say so when no process can be started', async () => {
    const nothing = join(folder, 'missing.mjs');
    await using workers = new FileWorkers({ jobs: 1, fileSeconds: 60, script: nothing });
    await expect(workers.read(task('a'))).rejects.toMatchObject({ code: 'no-workers' });
  });

  it('end at once, whatever a file does', async () => {
    const workers = new FileWorkers({ jobs: 1, fileSeconds: 600, script });
    const settled = Promise.allSettled([workers.read(task('hang'))]);
    await new Promise((resolve) => setTimeout(resolve, 500)); // until it hangs
    await workers[Symbol.asyncDispose]();
    expect(await settled).toMatchObject([{ status: 'rejected' }]);
  });

  it('take in no task after their end', async () => {
    const workers = new FileWorkers({ jobs: 1, fileSeconds: 600, script });
    await workers.read(task('good'));
    const ended = workers[Symbol.asyncDispose]();
    await expect(workers.read(task('late'))).rejects.toThrow('have been ended');
    await ended;
    await expect(workers.read(task('later'))).rejects.toThrow('have been ended');
    await workers[Symbol.asyncDispose]();
  });

  it.each([
    { jobs: 0, fileSeconds: 60 },
    { jobs: 257, fileSeconds: 60 },
    { jobs: 1.5, fileSeconds: 60 },
    { jobs: 1, fileSeconds: 0 },
  ])('refuse %j', (options) => {
    expect(() => new FileWorkers(options)).toThrow(RangeError);
  });
});
