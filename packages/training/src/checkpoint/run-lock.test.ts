import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireRunLock, RUN_LOCK_FILE, type TryLock } from './run-lock.js';

let folder: string;
let run: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-lock-'));
  run = join(folder, 'run');
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const lockFile = (): string => join(run, RUN_LOCK_FILE);

/** Another process that takes the lock and keeps it until it is killed. */
async function spawnHolder(): Promise<{ pid: number; kill: () => Promise<void> }> {
  // Compiled, since a plain Node process runs it; `npm test` builds first.
  const module = fileURLToPath(new URL('../../dist/checkpoint/run-lock.js', import.meta.url));
  const script = `
    const { acquireRunLock } = await import(process.argv[1]);
    globalThis.lock = await acquireRunLock(process.argv[2]);
    console.log('locked');
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, module, run], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const kill = async (): Promise<void> => {
    const gone = once(child, 'close');
    child.kill('SIGKILL');
    await gone;
  };
  return { pid: child.pid ?? 0, kill };
}

describe('the lock of a run', () => {
  it('makes the folder, and keeps others out until it is released', async () => {
    const lock = await acquireRunLock(run);
    await expect(acquireRunLock(run)).rejects.toMatchObject({
      code: 'run-locked',
      message: expect.stringContaining(`(process ${process.pid} on ${hostname()}, since 20`),
    });
    await lock[Symbol.asyncDispose]();
    await lock[Symbol.asyncDispose](); // a second time does nothing
    await (await acquireRunLock(run))[Symbol.asyncDispose]();
    expect(await readdir(run)).toEqual([RUN_LOCK_FILE]);
    expect(await readFile(lockFile(), 'utf8')).toBe('');
  });

  it('names the process that has it, and is free as soon as that is killed', async () => {
    const holder = await spawnHolder();
    try {
      await expect(acquireRunLock(run)).rejects.toThrow(
        `${run}: another trainer works in this folder (process ${holder.pid} on ${hostname()}`,
      );
    } finally {
      await holder.kill();
    }
    expect(await readFile(lockFile(), 'utf8')).toContain(`${holder.pid}`);
    await (await acquireRunLock(run))[Symbol.asyncDispose]();
  });

  it('lets exactly one of many in', async () => {
    const attempts = await Promise.allSettled(
      Array.from({ length: 20 }, async () => acquireRunLock(run)),
    );
    const granted = attempts.filter(({ status }) => status === 'fulfilled');
    expect(granted).toHaveLength(1);
    await (granted[0] as PromiseFulfilledResult<AsyncDisposable>).value[Symbol.asyncDispose]();
  });

  it.each([
    ['nothing', ''],
    ['a half of it', '{"pid":12,"ho'],
    ['an impossible process', '{"pid":-1,"host":"a","since":"2026-01-01T00:00:00Z"}'],
    ['control characters', '{"pid":1,"host":"\\u001b[2J","since":"2026-01-01T00:00:00Z"}'],
  ])('stands without a name when its file holds %s', async (_what, text) => {
    await using _ = await acquireRunLock(run);
    await writeFile(lockFile(), text);
    await expect(acquireRunLock(run)).rejects.toThrow(/\(unnamed\)/);
  });

  it.runIf(process.platform === 'linux')('does not wait for a pipe in its place', async () => {
    await (await acquireRunLock(run))[Symbol.asyncDispose]();
    await rm(lockFile());
    execFileSync('mkfifo', [lockFile()]);
    await expect(acquireRunLock(run)).rejects.toThrow(/\.lock: not a file/);
  });
});

describe('on a disk that knows no locks', () => {
  const tryLock: TryLock = () => {
    throw new Error('ENOSYS: function not implemented');
  };
  const owner = { host: hostname(), since: '2026-01-01T00:00:00.000Z', processStart: null };

  async function leave(text: string): Promise<void> {
    await (await acquireRunLock(run))[Symbol.asyncDispose]();
    await writeFile(lockFile(), text);
  }

  it('keeps others out while the process that it names lives', async () => {
    const lock = await acquireRunLock(run, { tryLock });
    await expect(acquireRunLock(run, { tryLock })).rejects.toThrow(
      `if it has ended, remove ${lockFile()}, or choose another folder`,
    );
    await lock[Symbol.asyncDispose]();
    await (await acquireRunLock(run, { tryLock }))[Symbol.asyncDispose]();
  });

  it('is taken over from a process that was killed', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'close');
    await leave(JSON.stringify({ ...owner, pid: child.pid }));
    await (await acquireRunLock(run, { tryLock }))[Symbol.asyncDispose]();
  });

  it.runIf(process.platform === 'linux')(
    'is taken over when another process has the number now',
    async () => {
      await leave(JSON.stringify({ ...owner, pid: process.pid, processStart: '1' }));
      await (await acquireRunLock(run, { tryLock }))[Symbol.asyncDispose]();
    },
  );

  it('is not taken from a process of another machine, of which nothing is known', async () => {
    await leave(JSON.stringify({ ...owner, host: 'elsewhere', pid: 1 }));
    await expect(acquireRunLock(run, { tryLock })).rejects.toMatchObject({
      code: 'run-locked',
      message: expect.stringContaining('process 1 on elsewhere'),
    });
  });
});
