// Servers, workers and Redis as people run them, with workers killed and Redis failing in between: no job is lost, none is
// answered twice, and results are the bytes that `ostinato generate` writes.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRedisInstalled, RedisServer } from '../packages/server/src/testing/redis-server.js';

const BINARY = fileURLToPath(new URL('../packages/cli/bin/ostinato.js', import.meta.url));
const JOBS = 6;
const SECONDS = 10;
/** Against hanging only: where many processes share few cores all of this takes its time. */
const PATIENCE_MS = 240_000;

describe.skipIf(!isRedisInstalled())('servers and workers', () => {
  let redis: RedisServer;
  let folder: string;
  const running = new Set<ChildProcess>();

  beforeAll(async () => {
    redis = await RedisServer.start();
    folder = await mkdtemp(join(tmpdir(), 'ostinato-workers-'));
  });
  afterAll(async () => {
    await Promise.all([...running].map((child) => end(child, 'SIGKILL')));
    await redis.dispose();
    await rm(folder, { recursive: true });
  });

  /** @returns when it has told that it is ready */
  async function start(args: readonly string[]) {
    const child = spawn(process.execPath, [BINARY, ...args, '--json'], {
      env: { ...process.env, OSTINATO_QUEUE: redis.address },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [line] = (await once(child.stdout, 'data').catch(() => [stderr])) as [Buffer];
    return { child, ready: JSON.parse(line.toString()) as { url: string }, log: () => stderr };
  }

  const startWorker = (...more: string[]) =>
    start([
      'worker',
      ...more,
      '--results',
      folder,
      '--lock-seconds',
      '1',
      '--concurrency',
      '2',
      '--health-port',
      '0',
    ]);

  async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
    running.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    child.kill(signal);
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  }

  it(
    'lose no job and answer none twice, whoever is killed',
    async () => {
      const [server, first, second] = await Promise.all([
        start(['serve', '--port', '0', '--no-studio', '--results', folder]),
        startWorker(),
        startWorker('--drain-seconds', '0'),
      ]);
      const { url } = server.ready;
      const submit = async (seed: number, seconds = SECONDS) => {
        const answer = await fetch(new URL('v1/jobs', url), {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': `"${seed}"` },
          body: JSON.stringify({
            model: 'musicnet',
            kind: 'compose',
            request: { seed, seconds },
          }),
        });
        return {
          status: answer.status,
          job: (await answer.json()) as { id: string; state: string },
        };
      };
      const look = async (id: string) => {
        const answer = await fetch(new URL(`v1/jobs/${id}`, url));
        return {
          status: answer.status,
          job: (await answer.json()) as { state: string; attempts: number },
        };
      };
      const seeds = Array.from({ length: JOBS }, (_, i) => i + 1);
      const jobs = await Promise.all(seeds.map(async (seed) => (await submit(seed)).job));

      // A worker is killed with jobs at work.
      const states = async () =>
        Promise.all(jobs.map(async ({ id }) => (await look(id)).job.state));
      while (!(await states()).includes('running')) await pause(5);
      await end(first.child, 'SIGKILL');

      // Redis fails: what asks for jobs is told so, the server itself goes on.
      await redis.stop();
      let refused = await submit(1);
      for (; refused.status === 202; refused = await submit(1)) await pause(10);
      expect(refused).toMatchObject({ status: 503, job: { code: 'queue-unavailable' } });
      expect((await fetch(new URL('v2/health/ready', url))).status).toBe(200);
      await redis.restart();

      for (const { id } of jobs) {
        for (;;) {
          const { status, job } = await look(id);
          if (status === 200 && job.state === 'succeeded') break;
          expect(['queued', 'running', undefined]).toContain(job.state);
          await pause(50);
        }
      }
      expect((await readdir(folder)).toSorted()).toEqual(
        jobs.map(({ id }) => `${id}.ostinato-job.json`).toSorted(),
      );
      // The same submission again is the same job, done.
      expect(await submit(3)).toMatchObject({ job: { id: jobs[2].id, state: 'succeeded' } });

      const answer = await fetch(new URL(`v1/jobs/${jobs[0].id}/result`, url));
      const out = join(folder, 'generated.mid');
      const options = ['--model', 'musicnet', '--seconds', String(SECONDS), '--seed', '1'];
      const generate = spawn(process.execPath, [BINARY, 'generate', ...options, '--out', out]);
      expect(await once(generate, 'exit')).toEqual([0, null]);
      expect(Buffer.from(await answer.arrayBuffer()).equals(await readFile(out))).toBe(true);

      // A worker that is told to end gives back what it has no time for, and another does it, once.
      const atWork = async (seed: number, seconds: number) => {
        const { id } = (await submit(seed, seconds)).job;
        while ((await look(id)).job.state !== 'running') await pause(5);
        return id;
      };
      const endings = (log: string, id: string) =>
        log.split('\n').filter((line) => line.includes('"job ended"') && line.includes(id));
      const long = await atWork(101, 60);
      const [code, third] = await Promise.all([end(second.child, 'SIGTERM'), startWorker()]);
      expect(code).toBe(0);
      expect(second.log()).toContain('job given back');
      while ((await look(long)).job.state !== 'succeeded') await pause(50);
      expect((await look(long)).job).toMatchObject({ attempts: 2 });
      expect(endings(second.log(), long)).toEqual([]);
      while (endings(third.log(), long).length === 0) await pause(5);
      // One that has the time finishes it.
      const short = await atWork(102, SECONDS);
      expect(await end(third.child, 'SIGTERM')).toBe(0);
      expect((await look(short)).job).toMatchObject({ state: 'succeeded', attempts: 1 });
      for (const id of [long, short]) expect(endings(third.log(), id)).toHaveLength(1);
      expect(await readdir(folder)).toHaveLength(JOBS + 3); // with `generated.mid`

      // Everybody ends in order.
      for (const { child, log } of [second, third, server]) {
        if (child === server.child) expect(await end(child, 'SIGTERM')).toBe(0);
        expect(log()).not.toContain('internal');
        expect(log()).not.toContain(redis.address);
      }
    },
    PATIENCE_MS,
  );
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
