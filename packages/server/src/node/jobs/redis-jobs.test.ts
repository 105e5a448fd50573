// Jobs on a real Redis: the server's side, the workers' side, and Redis going away in between.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GridLoss } from '@ostinato/core';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ComposeTask, JobState, JobTask } from '../../jobs/job.js';
import type { JobQueue, JobRunner } from '../../jobs/job-queue.js';
import type { Webhooks } from '../../jobs/webhook/webhooks.js';
import { ProblemError } from '../../problem/problem.js';
import { isRedisInstalled, RedisServer } from '../../testing/redis-server.js';
import { openFolderStorage } from '../storage/folder-storage.js';
import { type ResultStorage, resultName } from '../storage/result-storage.js';
import { type JobWorker, type JobWorkerOptions, startJobWorker } from './job-worker.js';
import { createRedisJobQueue } from './redis-queue.js';

const task: ComposeTask = { model: 'm', kind: 'compose', request: { seed: 7 } };
const limits = { backoffSeconds: 0.05 };

/** Answers with the seed. */
const echo: JobRunner = async (each) => new TextEncoder().encode(String(seedOf(each)));

function seedOf(each: JobTask): number | string | undefined {
  return each.kind === 'compose' ? each.request.seed : undefined;
}

describe.skipIf(!isRedisInstalled())('jobs on Redis', () => {
  let redis: RedisServer;
  let folder: string;
  let storage: ResultStorage;
  const open: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.dispose());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ostinato-jobs-'));
    storage = await openFolderStorage(folder);
  });
  afterEach(async () => {
    for (const close of open.splice(0).toReversed()) await close();
    await rm(folder, { recursive: true });
    await redis.flush();
  });

  async function openQueue(options: Partial<Parameters<typeof createRedisJobQueue>[0]> = {}) {
    const queue = await createRedisJobQueue({
      address: redis.address,
      storage,
      models: ['m'],
      limits,
      ...options,
    });
    open.push(() => queue.close());
    return queue;
  }

  function work(run: JobRunner, options: Partial<JobWorkerOptions> = {}): JobWorker {
    const address = redis.address;
    const worker = startJobWorker({ address, storage, models: ['m'], run, limits, ...options });
    open.push(() => worker.close(0));
    return worker;
  }

  const submit = (queue: JobQueue, seed: number | string = 7, webhook?: string) =>
    queue.submit({
      owner: 'ann',
      task: { ...task, request: { seed }, ...(webhook !== undefined && { webhook }) },
    });

  async function ended(queue: JobQueue, id: string) {
    for (;;) {
      const job = await queue.find(id);
      if (job && !['queued', 'running'].includes(job.state)) return job;
      await pause(20);
    }
  }

  it('does each of many jobs once, on several workers', async () => {
    const queue = await openQueue();
    const runs: unknown[] = [];
    const run: JobRunner = async (each, options) => {
      runs.push(seedOf(each));
      return echo(each, options);
    };
    work(run, { concurrency: 3 });
    work(run, { concurrency: 3 });
    const seeds = Array.from({ length: 40 }, (_, i) => i);
    const jobs = await Promise.all(seeds.map(async (seed) => (await submit(queue, seed)).job));
    for (const [seed, { id }] of jobs.entries()) {
      expect(await ended(queue, id)).toMatchObject({
        owner: 'ann',
        state: 'succeeded',
        attempts: 1,
      });
      expect(Buffer.from((await queue.result(id)) ?? []).toString()).toBe(String(seed));
    }
    expect(runs.toSorted((a, b) => Number(a) - Number(b))).toEqual(seeds);
    expect(await readdir(folder)).toHaveLength(40);
    expect(await queue.counts()).toEqual(new Map([['m', { queued: 0, running: 0 }]]));
  });

  it('makes one job of one idempotency key, also of two servers at once', async () => {
    const queue = await openQueue();
    const other = await openQueue();
    const idempotency = { key: 'k', fingerprint: 'one' };
    const submission = { owner: 'ann', task, idempotency };
    const both = await Promise.all([queue.submit(submission), other.submit(submission)]);
    expect(both[0].job.id).toBe(both[1].job.id);
    expect(await queue.submit(submission)).toMatchObject({
      isNew: false,
      job: { id: both[0].job.id },
    });
    await expect(
      other.submit({ ...submission, idempotency: { key: 'k', fingerprint: 'two' } }),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect((await queue.submit({ ...submission, owner: 'bob' })).job.id).not.toBe(both[0].job.id);
    expect(await queue.counts()).toEqual(new Map([['m', { queued: 2, running: 0 }]]));
  });

  it('lists the jobs of one owner, the newest first, on every server the same', async () => {
    const queue = await openQueue();
    const other = await openQueue();
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.unshift((await submit(i % 2 ? queue : other, i)).job.id);
    await queue.submit({ owner: 'bob', task });
    await queue.submit({ owner: undefined, task });
    const pagesOf = async (state?: JobState) => {
      const found: string[] = [];
      for (let cursor: string | undefined, from = queue; ; from = from === queue ? other : queue) {
        const query = {
          owner: 'ann',
          limit: 2,
          ...(state && { state }),
          ...(cursor && { cursor }),
        };
        const { jobs, next } = await from.list(query);
        expect(jobs.length).toBeLessThanOrEqual(2);
        found.push(...jobs.map(({ id }) => id));
        if (next === undefined) return found;
        cursor = next;
      }
    };
    const inOrder = await pagesOf();
    expect(inOrder.toSorted()).toEqual(ids.toSorted());
    const times = await Promise.all(inOrder.map(async (id) => (await queue.find(id))!.submittedAt));
    expect(times).toEqual(times.toSorted((a, b) => b - a));

    await queue.cancel(ids[1]);
    expect(await pagesOf('cancelled')).toEqual([ids[1]]);
    expect((await pagesOf('queued')).toSorted()).toEqual(
      ids.filter((id) => id !== ids[1]).toSorted(),
    );
    const [bob] = (await other.list({ owner: 'bob', limit: 9 })).jobs;
    expect(bob).toMatchObject({ owner: 'bob', state: 'queued' });
    expect((await other.list({ owner: undefined, limit: 9 })).jobs).toHaveLength(1);
    for (const cursor of ['x', '0', `${'0'.repeat(15)}-m`, '+', '('])
      await expect(queue.list({ owner: 'ann', limit: 1, cursor })).rejects.toMatchObject({
        code: 'invalid-request',
      });
  });

  it('lists a submission that was sent twice at once as one job, and no job that is forgotten', async () => {
    const [queue, other] = [await openQueue(), await openQueue()];
    const submission = { owner: 'ann', task, idempotency: { key: 'k', fingerprint: 'one' } };
    await Promise.all([queue.submit(submission), other.submit(submission)]);
    await queue.submit(submission);
    const { jobs } = await queue.list({ owner: 'ann', limit: 9 });
    expect(jobs).toHaveLength(1);
    // Forgotten, as BullMQ forgets what has ended long ago.
    const client = new Redis(redis.address);
    for (const key of await client.keys(`ostinato:jobs-m:${jobs[0].id}*`)) await client.del(key);
    expect(await other.list({ owner: 'ann', limit: 9 })).toEqual({ jobs: [] });
    expect(await client.keys('ostinato:jobs-of:*')).toEqual([]);
    client.disconnect();
  });

  it('keeps no piece that was given for longer than it is needed', async () => {
    const queue = await openQueue();
    const given = { tokens: [1, 2, 3], tokenizer: 'hash', loss: {} as GridLoss };
    const seen: unknown[] = [];
    work(async (each) => {
      seen.push(each.given?.tokens);
      return Uint8Array.of(1);
    });
    const { job } = await queue.submit({
      owner: 'ann',
      task: { model: 'm', kind: 'evaluate', given },
    });
    expect(await ended(queue, job.id)).toMatchObject({ state: 'succeeded' });
    while ((await queue.find(job.id))?.task.given?.tokens.length !== 0) await pause(20);
    expect(seen).toEqual([[1, 2, 3]]);
  });

  it('refuses more than may wait, and knows no other models', async () => {
    const queue = await openQueue({ limits: { queued: 2 } });
    await submit(queue);
    const { job } = await submit(queue);
    await expect(submit(queue)).rejects.toMatchObject({ code: 'overloaded' });
    expect(await queue.find(job.id)).toMatchObject({ state: 'queued', attempts: 0 });
    expect(await queue.find(job.id.replace('m.', 'n.'))).toBeUndefined();
    expect(await queue.find('m.aaaaaaaaaaaaaaaaaaaaaa')).toBeUndefined();
  });

  it('tries again what may pass, and tells why the rest failed', async () => {
    const queue = await openQueue();
    let calls = 0;
    work(async (each, options) => {
      const seed = seedOf(each);
      if (seed === 'impossible') throw new ProblemError('cannot-compose', 'no way');
      if (seed === 'never' || calls++ < 2) throw new Error('a secret of the model');
      return echo(each, options);
    });
    const [flaky, impossible, never] = await Promise.all([
      submit(queue, 'flaky'),
      submit(queue, 'impossible'),
      submit(queue, 'never'),
    ]);
    expect(await ended(queue, flaky.job.id)).toMatchObject({ state: 'succeeded', attempts: 3 });
    expect(await ended(queue, impossible.job.id)).toMatchObject({
      state: 'failed',
      attempts: 1,
      problem: { code: 'cannot-compose', detail: 'no way' },
    });
    const failed = await ended(queue, never.job.id);
    expect(failed).toMatchObject({ state: 'failed', attempts: 3, problem: { code: 'internal' } });
    expect(JSON.stringify(failed)).not.toContain('secret');
  });

  it('counts a result that cannot be written as a failed attempt', async () => {
    const queue = await openQueue();
    let writes = 0;
    const failing: ResultStorage = {
      ...storage,
      put: (name, bytes) =>
        writes++ === 0 ? Promise.reject(new Error('disk full')) : storage.put(name, bytes),
    };
    work(echo, { storage: failing });
    const { job } = await submit(queue);
    expect(await ended(queue, job.id)).toMatchObject({ state: 'succeeded', attempts: 2 });
  });

  it('cancels what waits and what works, which stops; tells progress meanwhile', async () => {
    const queue = await openQueue();
    const { job: waiting } = await submit(queue, 'waits');
    expect(await queue.cancel(waiting.id)).toMatchObject({ state: 'cancelled' });
    const runs: unknown[] = [];
    let stopped = false;
    const worker = work(async (each, { signal, onProgress }) => {
      runs.push(seedOf(each));
      onProgress({ notes: 3, musicSeconds: 1, share: 0.1 });
      signal.addEventListener('abort', () => (stopped = true));
      return untilAborted(signal);
    });
    const { job } = await submit(queue, 'works');
    while ((await queue.find(job.id))?.progress === undefined) await pause(20);
    expect(await queue.find(job.id)).toMatchObject({ state: 'running', progress: { notes: 3 } });
    expect(await queue.cancel(job.id)).toMatchObject({ state: 'cancelled' });
    while (worker.running() > 0) await pause(20);
    expect(stopped).toBe(true);
    expect(runs).toEqual(['works']);
    expect(await queue.find(waiting.id)).toMatchObject({ state: 'cancelled' });
    expect(await queue.find(job.id)).toMatchObject({ state: 'cancelled' });
    expect(await queue.result(job.id)).toBeUndefined();
  });

  it('lets the first word count where a job is cancelled as it succeeds', async () => {
    const queue = await openQueue();
    const { job } = await submit(queue);
    work(async (each, options) => {
      await queue.cancel(job.id);
      return echo(each, options); // too late
    });
    while ((await queue.counts()).get('m')?.queued !== 0) await pause(20);
    while ((await queue.counts()).get('m')?.running !== 0) await pause(20);
    expect(await queue.find(job.id)).toMatchObject({ state: 'cancelled' });
    expect(await readdir(folder)).toEqual([]); // its result is taken away again
  });

  it('gives back what is not done when it ends, and another does it', async () => {
    const queue = await openQueue();
    const ending = work((_, { signal }) => untilAborted(signal));
    const { job } = await submit(queue);
    while (ending.running() === 0) await pause(20);
    await ending.close(0.05);
    expect(await queue.find(job.id)).toMatchObject({ state: 'queued', attempts: 1 });
    work(echo);
    expect(await ended(queue, job.id)).toMatchObject({ state: 'succeeded' });
  });

  it('finishes what it has when it ends in time, and takes no more', async () => {
    const queue = await openQueue();
    let finish = (): void => undefined;
    const worker = work(
      async (each, options) => {
        await new Promise<void>((resolve) => (finish = resolve));
        return echo(each, options);
      },
      { concurrency: 1 },
    );
    const { job: first } = await submit(queue);
    const { job: second } = await submit(queue);
    while (worker.running() === 0) await pause(20);
    const closing = worker.close(30);
    finish();
    await closing;
    expect(await queue.find(first.id)).toMatchObject({ state: 'succeeded' });
    expect(await queue.find(second.id)).toMatchObject({ state: 'queued' });
  });

  it('ends in time where Redis is gone', async () => {
    const queue = await openQueue();
    const worker = work((_, { signal }) => untilAborted(signal));
    await submit(queue);
    while (worker.running() === 0) await pause(20);
    await redis.stop();
    await worker.close(0);
    await redis.restart();
  });

  it('tells the end of a job once, also when telling fails at first', async () => {
    const sent: string[] = [];
    const webhooks: Webhooks = {
      check: () => undefined,
      send: async (address, { id }) => void sent.push(`${address} ${id}`),
    };
    const queue = await openQueue({ webhooks });
    work(echo, { webhooks });
    const { job } = await submit(queue, 1, 'https://example.org/1');
    const { job: cancelled } = await submit(queue, 2, 'https://example.org/2');
    await queue.cancel(cancelled.id);
    await queue.cancel(cancelled.id);
    while (sent.length < 2) await pause(20);
    expect(sent.toSorted()).toEqual([
      `https://example.org/1 ${job.id}`,
      `https://example.org/2 ${cancelled.id}`,
    ]);
  });

  it('answers `queue-unavailable` while Redis is gone, and goes on when it is back', async () => {
    const queue = await openQueue();
    const gate: { open: () => void } = { open: () => undefined };
    const opened = new Promise<void>((resolve) => (gate.open = resolve));
    const worker = work(async (each, options) => {
      await opened;
      return echo(each, options);
    });
    const { job: first } = await submit(queue, 1);
    const { job: second } = await submit(queue, 2);
    while (worker.running() < 2) await pause(20);
    await redis.stop();
    while (worker.isConnected()) await pause(20);
    for (const call of [
      () => submit(queue, 3),
      () => queue.find(first.id),
      () => queue.cancel(first.id),
      () => queue.counts(),
      () => queue.list({ owner: 'ann', limit: 1 }),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'queue-unavailable' });
    }
    gate.open(); // done while nobody can be told
    await pause(50);
    await redis.restart();
    while ((await queue.find(first.id).catch(() => undefined)) === undefined) await pause(50);
    for (const { id } of [first, second]) {
      expect(await ended(queue, id)).toMatchObject({ state: 'succeeded' });
      expect(await storage.get(resultName(id))).toBeDefined();
    }
    const { job: third } = await submit(queue, 3);
    expect(await ended(queue, third.id)).toMatchObject({ state: 'succeeded' });
  });

  it('lets the process end at once, also when it is closed again afterwards', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout');
    const queue = await openQueue();
    await queue.counts();
    await queue.close();
    await pause(100); // the connection has been closed
    const before = timers();
    await queue.close();
    expect(timers().length).toBeLessThanOrEqual(before.length);
  });

  it('says once that Redis is gone, and once that it is back, however often it is asked', async () => {
    const listen = () => {
      const told: string[] = [];
      const tell = (_: object, message: string): void => void told.push(message);
      return { told, logger: { info: tell, warn: tell, error: tell } };
    };
    const [server, worker] = [listen(), listen()];
    const webhooks: Webhooks = { check: () => undefined, send: async () => undefined };
    const queue = await openQueue({ webhooks, logger: server.logger });
    const { isConnected } = work(echo, { webhooks, logger: worker.logger });
    expect(await ended(queue, (await submit(queue)).job.id)).toMatchObject({ state: 'succeeded' });
    await redis.stop();
    while (isConnected()) await pause(20);
    for (let i = 0; i < 10; i++) {
      await expect(submit(queue)).rejects.toMatchObject({ code: 'queue-unavailable' });
      await pause(150); // every connection tries again and again
    }
    await redis.restart();
    while ((await submit(queue).catch(() => undefined)) === undefined) await pause(50);
    const back = 'the queue can be reached again';
    while (!worker.told.includes(back)) await pause(20);
    expect(server.told).toEqual(['the queue cannot be reached', back]);
    const ofRedis = worker.told.filter((message) => message !== 'job ended');
    expect(ofRedis).toEqual(['the queue cannot be reached', back]);
  });
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}
