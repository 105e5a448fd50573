// Jobs on Redis: how many a second, with one worker process and with two on the same cores, in turn.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openStorage } from '@ostinato/server/node';
import { createRedisJobQueue } from '@ostinato/server/redis';
import type { EngineShape } from '../engine-benchmark.js';
import { type Spread, spread } from '../statistics.js';

export interface JobsBenchmarkOptions {
  readonly rounds: number;
  /** Workers and the threads of each: 2x1 are two workers of one thread. */
  readonly shapes: readonly EngineShape[];
  /** Jobs of a round. */
  readonly jobs: number;
  /** Seconds of music of each. */
  readonly seconds: number;
}

export interface JobsResult {
  readonly jobs: number;
  readonly musicSeconds: number;
  readonly workers: readonly (EngineShape & {
    readonly jobsPerSecond: Spread;
    /** Seconds of music composed in a second. */
    readonly timesRealTime: number;
  })[];
}

const BINARY = fileURLToPath(new URL('../../../../packages/cli/bin/ostinato.js', import.meta.url));
const PORT = 7379;
const LOOK_MS = 20;

/** Needs Debian's `redis-server`. Workers of a shape start before their round and end after it. */
export async function benchmarkJobs(
  model: string,
  { rounds, shapes, jobs, seconds }: JobsBenchmarkOptions,
): Promise<JobsResult> {
  const folder = await mkdtemp(join(tmpdir(), 'ostinato-jobs-'));
  const redis = spawn(
    'redis-server',
    ['--port', String(PORT), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes'],
    { stdio: 'ignore' },
  );
  await once(redis, 'spawn');
  const address = `redis://127.0.0.1:${PORT}`;
  const results = join(folder, 'results');
  await sleep(500);
  const queue = await createRedisJobQueue({
    address,
    storage: await openStorage(results),
    models: ['bench'],
  });
  const rates = shapes.map((): number[] => []);
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [index, { processes, threads }] of shapes.entries()) {
        const start = (): Promise<ChildProcess> =>
          startWorker([
            '--queue',
            address,
            '--results',
            results,
            '--model',
            `bench=${model}`,
            '--engines',
            '1',
            '--threads',
            String(threads),
          ]);
        const workers = await Promise.all(Array.from({ length: processes }, start));
        const begun = performance.now();
        for (let job = 0; job < jobs; job++) {
          const request = { seed: round * jobs + job, seconds };
          await queue.submit({
            owner: undefined,
            task: { model: 'bench', kind: 'compose', request },
          });
        }
        await untilIdle();
        rates[index].push(jobs / ((performance.now() - begun) / 1000));
        await Promise.all(workers.map(end));
      }
    }
  } finally {
    await queue.close();
    await end(redis);
    await rm(folder, { recursive: true });
  }
  return {
    jobs,
    musicSeconds: seconds,
    workers: shapes.map((shape, index) => {
      const jobsPerSecond = spread(rates[index]);
      return { ...shape, jobsPerSecond, timesRealTime: jobsPerSecond.median * seconds };
    }),
  };

  async function untilIdle(): Promise<void> {
    for (;;) {
      const counts = [...(await queue.counts()).values()];
      if (counts.every(({ queued, running }) => queued + running === 0)) return;
      await sleep(LOOK_MS);
    }
  }
}

/** @returns when it takes jobs */
async function startWorker(args: readonly string[]): Promise<ChildProcess> {
  const worker = spawn(
    process.execPath,
    [BINARY, 'worker', ...args, '--json', '--log-level', 'error'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await once(worker.stdout, 'data');
  return worker;
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}
