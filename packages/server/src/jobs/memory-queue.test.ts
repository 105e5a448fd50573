import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProblemError } from '../problem/problem.js';
import { createPlaces } from '../admission/places.js';
import type { ComposeTask, JobProgress } from './job.js';
import type { JobRunner, JobSubmission } from './job-queue.js';
import { MemoryJobQueue, type MemoryJobQueueOptions } from './memory-queue.js';
import type { WebhookMessage } from './webhook/webhooks.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const task: ComposeTask = { model: 'm', kind: 'compose', request: { seed: 7 } };

function submission(name?: string, fingerprint = 'one', owner?: string): JobSubmission {
  return { owner, task, ...(name !== undefined && { idempotency: { key: name, fingerprint } }) };
}

/** Jobs that end when the test says so. */
class Work {
  readonly begun: {
    signal: AbortSignal;
    onProgress: (progress: JobProgress) => void;
    succeed: (bytes?: Uint8Array) => Promise<void>;
    fail: (error: Error) => Promise<void>;
  }[] = [];
  readonly run: JobRunner = (_, { signal, onProgress }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
      this.begun.push({
        signal,
        onProgress,
        succeed: (bytes = Uint8Array.of(1)) => settled(() => resolve(bytes)),
        fail: (error) => settled(() => reject(error)),
      });
    });
}

async function settled(act: () => void = () => undefined): Promise<void> {
  act();
  await vi.advanceTimersByTimeAsync(0);
}

function started(options: MemoryJobQueueOptions = {}) {
  const work = new Work();
  const queue = new MemoryJobQueue(options);
  queue.start(work.run);
  return { queue, work };
}

describe('MemoryJobQueue', () => {
  it('runs so many at a time, in the order they came, and keeps their results', async () => {
    const { queue, work } = started({ running: 2 });
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push((await queue.submit(submission())).job.id);
    expect(await queue.counts()).toEqual(new Map([['m', { queued: 1, running: 2 }]]));
    work.begun[0].onProgress({ notes: 3, musicSeconds: 1, share: 0.5 });
    expect(await queue.find(ids[0])).toMatchObject({ state: 'running', progress: { notes: 3 } });
    expect(await queue.find(ids[2])).toMatchObject({ state: 'queued', attempts: 0 });
    await work.begun[0].succeed(Uint8Array.of(42));
    expect(await queue.find(ids[0])).toMatchObject({ state: 'succeeded', attempts: 1 });
    expect(await queue.result(ids[0])).toEqual(Uint8Array.of(42));
    expect(await queue.find(ids[2])).toMatchObject({ state: 'running' });
  });

  it('gives ids that nobody guesses', async () => {
    const { queue } = started();
    const ids = new Set<string>();
    for (let i = 0; i < 100; i++) ids.add((await queue.submit(submission())).job.id);
    expect(ids.size).toBe(100);
    for (const id of ids) expect(id).toMatch(/^m\.[\w-]{22}$/);
  });

  it('tries again, after growing waits, what may pass, and no longer than that', async () => {
    const { queue, work } = started({ limits: { attempts: 3, backoffSeconds: 1 } });
    const { id } = (await queue.submit(submission())).job;
    await work.begun[0].fail(new ProblemError('model-failed', 'broken'));
    expect(await queue.find(id)).toMatchObject({ state: 'queued', attempts: 1 });
    await vi.advanceTimersByTimeAsync(999);
    expect(work.begun).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    await work.begun[1].fail(new ProblemError('model-failed', 'broken'));
    await vi.advanceTimersByTimeAsync(2_000);
    await work.begun[2].fail(new ProblemError('model-failed', 'broken for good'));
    expect(await queue.find(id)).toMatchObject({
      state: 'failed',
      attempts: 3,
      problem: { code: 'model-failed', detail: 'broken for good' },
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not try again what lies with the request, or takes too long', async () => {
    const { queue, work } = started({ limits: { attemptSeconds: 5 } });
    const first = (await queue.submit(submission())).job;
    await work.begun[0].fail(new ProblemError('cannot-compose', 'no such instrument'));
    expect(await queue.find(first.id)).toMatchObject({ state: 'failed', attempts: 1 });
    const second = (await queue.submit(submission())).job;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(work.begun[1].signal.aborted).toBe(true);
    expect(await queue.find(second.id)).toMatchObject({
      state: 'failed',
      attempts: 1,
      problem: { code: 'deadline', detail: expect.stringContaining('5 s') as string },
    });
  });

  it('tells no client what is inside of an unforeseen error', async () => {
    const { queue, work } = started({ limits: { attempts: 1 } });
    const { id } = (await queue.submit(submission())).job;
    await work.begun[0].fail(new Error('/secret/path'));
    const job = await queue.find(id);
    expect(job?.problem?.code).toBe('internal');
    expect(JSON.stringify(job)).not.toContain('secret');
  });

  it('cancels what waits, what works and what rests; what has ended stays', async () => {
    const { queue, work } = started({ running: 1 });
    const [a, b] = [(await queue.submit(submission())).job, (await queue.submit(submission())).job];
    expect(await queue.cancel(b.id)).toMatchObject({ state: 'cancelled' });
    expect(await queue.cancel(a.id)).toMatchObject({ state: 'cancelled' });
    await settled();
    expect(work.begun).toHaveLength(1);
    expect(work.begun[0].signal.aborted).toBe(true);
    expect(await queue.counts()).toEqual(new Map());

    const c = (await queue.submit(submission())).job;
    await work.begun[1].fail(new ProblemError('model-failed', 'broken'));
    await queue.cancel(c.id);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(work.begun).toHaveLength(2);

    const d = (await queue.submit(submission())).job;
    await work.begun[2].succeed();
    expect(await queue.cancel(d.id)).toMatchObject({ state: 'succeeded' });
    expect(await queue.cancel('m.unknown')).toBeUndefined();
  });

  it('gives a late result of a cancelled job to nobody', async () => {
    const queue = new MemoryJobQueue();
    let end = (_: Uint8Array): void => undefined;
    queue.start(() => new Promise((resolve) => (end = resolve))); // deaf to its signal
    const { id } = (await queue.submit(submission())).job;
    await queue.cancel(id);
    await settled(() => end(Uint8Array.of(1)));
    expect(await queue.find(id)).toMatchObject({ state: 'cancelled' });
    expect(await queue.result(id)).toBeUndefined();
  });

  it('makes one job of a submission that comes again, for each owner', async () => {
    const { queue, work } = started();
    const first = await queue.submit(submission('key', 'one', 'ann'));
    const again = await queue.submit(submission('key', 'one', 'ann'));
    expect(again).toMatchObject({ isNew: false, job: { id: first.job.id } });
    await expect(queue.submit(submission('key', 'two', 'ann'))).rejects.toMatchObject({
      code: 'conflict',
    });
    const other = await queue.submit(submission('key', 'two', 'bob'));
    expect(other.isNew).toBe(true);
    expect(work.begun).toHaveLength(2);
  });

  it('lists the jobs of one owner, the newest first, page by page', async () => {
    const { queue, work } = started({ running: 1 });
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      ids.push((await queue.submit(submission(undefined, 'one', 'ann'))).job.id);
      await queue.submit(submission(undefined, 'one', 'bob'));
    }
    const newest = ids.toReversed();
    const idsOf = ({ jobs }: { jobs: readonly { id: string }[] }) => jobs.map(({ id }) => id);
    const first = await queue.list({ owner: 'ann', limit: 2 });
    expect(idsOf(first)).toEqual(newest.slice(0, 2));
    await queue.submit(submission(undefined, 'one', 'ann')); // is on no later page
    const second = await queue.list({ owner: 'ann', limit: 3, cursor: first.next! });
    expect(idsOf(second)).toEqual(newest.slice(2));
    expect(second.next).toBeUndefined();

    await work.begun[0].succeed();
    expect(idsOf(await queue.list({ owner: 'ann', limit: 9, state: 'succeeded' }))).toEqual([
      ids[0],
    ]);
    expect(await queue.list({ owner: undefined, limit: 9 })).toEqual({ jobs: [] });
    for (const cursor of ['', 'x', '-1', '1e3'])
      await expect(queue.list({ owner: 'ann', limit: 1, cursor })).rejects.toMatchObject({
        code: 'invalid-request',
      });
  });

  it('waits for places that others have, and counts no attempt and no time meanwhile', async () => {
    const places = createPlaces({ running: 1, queued: 0 });
    const jobPlaces = places.alongside(Infinity);
    const forever = new AbortController().signal;
    const taken = await places.enter(forever);
    const work = new Work();
    const queue = new MemoryJobQueue({ running: 3, limits: { attemptSeconds: 5, attempts: 1 } });
    queue.start(work.run, jobPlaces);
    const ids: string[] = [];
    for (let i = 0; i < 4; i++) ids.push((await queue.submit(submission())).job.id);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await queue.find(ids[0])).toMatchObject({ state: 'queued', attempts: 0 });
    expect(await queue.counts()).toEqual(new Map([['m', { queued: 4, running: 0 }]]));
    expect(jobPlaces.counts).toMatchObject({ waiting: 3, running: 0, refused: 0 });
    await queue.cancel(ids[1]);
    await settled(() => taken.leave('finished'));
    expect(await queue.counts()).toEqual(new Map([['m', { queued: 2, running: 1 }]]));
    await work.begun[0].succeed();
    await work.begun[1].fail(new Error('broken'));
    await work.begun[2].succeed();
    expect(jobPlaces.counts).toEqual({
      entered: 4,
      running: 0,
      waiting: 0,
      finished: 2,
      failed: 1,
      cancelled: 1,
      refused: 0,
    });
    expect(places.counts).toMatchObject({ entered: 1, finished: 1, refused: 0 });
    expect(await queue.counts()).toEqual(new Map());
  });

  it('refuses more than may wait', async () => {
    const { queue } = started({ running: 1, limits: { queued: 2 } });
    for (let i = 0; i < 3; i++) await queue.submit(submission());
    await expect(queue.submit(submission())).rejects.toMatchObject({
      code: 'overloaded',
      headers: { 'retry-after': '10' },
    });
  });

  it('forgets what has ended: by age, by number and by bytes, and its idempotency key too', async () => {
    const { queue, work } = started({
      bytes: 3_000,
      limits: { kept: 3, keptSeconds: 60 },
    });
    const ids: string[] = [];
    const finishOne = async (bytes: number) => {
      ids.push((await queue.submit(submission(`key ${ids.length}`))).job.id);
      await work.begun.at(-1)?.succeed(new Uint8Array(bytes));
    };
    const isKept = () => Promise.all(ids.map(async (id) => (await queue.find(id)) !== undefined));
    for (let i = 0; i < 4; i++) await finishOne(10);
    expect(await isKept()).toEqual([false, true, true, true]);
    await finishOne(2_850);
    expect(await isKept()).toEqual([false, false, false, true, true]);
    vi.advanceTimersByTime(60_000);
    expect(await isKept()).toEqual([false, false, false, false, false]);
    expect((await queue.submit(submission('key 4', 'another body'))).isNew).toBe(true);
  });

  it('takes no job whose request would outgrow its memory', async () => {
    const { queue } = started({ bytes: 1_000, running: 1 });
    const large = { ...task, request: { seed: 'x'.repeat(600) } };
    await queue.submit({ owner: undefined, task: large });
    await expect(queue.submit({ owner: undefined, task: large })).rejects.toMatchObject({
      code: 'overloaded',
    });
  });

  it('finishes everything that it has taken, and takes nothing more, when it closes', async () => {
    const { queue, work } = started({ running: 1 });
    const ids = [
      (await queue.submit(submission())).job.id,
      (await queue.submit(submission())).job.id,
    ];
    let isClosed = false;
    const closing = Promise.all([queue.close(), queue.close()]).then(() => (isClosed = true));
    await expect(queue.submit(submission())).rejects.toMatchObject({ code: 'not-ready' });
    await work.begun[0].succeed();
    await work.begun[1].fail(new ProblemError('model-failed', 'once'));
    expect(isClosed).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    await work.begun[2].succeed();
    await closing;
    for (const id of ids) expect(await queue.find(id)).toMatchObject({ state: 'succeeded' });
  });

  it('tells the end of a job to its webhook, until it is taken', async () => {
    const sent: [string, WebhookMessage][] = [];
    let isDown = true;
    const { queue, work } = started({
      webhooks: {
        check: (address) => {
          if (address.includes('evil')) throw new ProblemError('invalid-request', 'not there');
        },
        send: async (address, message) => {
          sent.push([address, message]);
          if (isDown) throw new Error('down');
        },
      },
    });
    const webhook = 'https://example.org/done';
    await expect(
      queue.submit({ owner: undefined, task: { ...task, webhook: 'https://evil/' } }),
    ).rejects.toMatchObject({ code: 'invalid-request' });
    const { id } = (await queue.submit({ owner: undefined, task: { ...task, webhook } })).job;
    await work.begun[0].succeed();
    isDown = false;
    await vi.advanceTimersByTimeAsync(10_000);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(sent).toHaveLength(2);
    const [address, message] = sent[1];
    expect(address).toBe(webhook);
    expect(message.id).toBe(id);
    expect(JSON.parse(message.body)).toEqual({
      type: 'job.succeeded',
      timestamp: expect.any(String) as string,
      data: { id, kind: 'compose', model: 'm', state: 'succeeded' },
    });
  });

  it('tries webhooks a last time when it closes, and lets the process end', async () => {
    let sent = 0;
    const { queue, work } = started({
      webhooks: {
        check: () => undefined,
        send: async () => {
          sent++;
          throw new Error('down');
        },
      },
    });
    await queue.submit({ owner: undefined, task: { ...task, webhook: 'https://example.org/' } });
    await work.begun[0].succeed();
    await queue.close();
    expect(sent).toBe(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('refuses webhooks where none are sent', async () => {
    const { queue } = started();
    const webhook = 'https://example.org/done';
    await expect(
      queue.submit({ owner: undefined, task: { ...task, webhook } }),
    ).rejects.toMatchObject({ code: 'invalid-request' });
  });
});
