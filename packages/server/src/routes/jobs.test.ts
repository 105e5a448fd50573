import { type NextTokenModel, readMidi } from '@ostinato/core';
import { afterEach, describe, expect, it } from 'vitest';
import { createApp } from '../create-app.js';
import type { AppOptions } from '../app-options.js';
import { MemoryJobQueue } from '../jobs/memory-queue.js';
import { createClient } from '../client.js';
import { postFile, postJson, smallMidi } from '../testing/requests.js';
import { fakeServedModel } from '../testing/served-model.js';

const served = fakeServedModel();
const open: MemoryJobQueue[] = [];

afterEach(async () => {
  for (const queue of open.splice(0)) await queue.close();
});

function appWith(options: Partial<AppOptions> = {}) {
  const jobs = new MemoryJobQueue();
  open.push(jobs);
  const app = createApp({ models: { musicnet: served }, jobs, ...options });
  const submit = (body: unknown, headers: Record<string, string> = {}) =>
    Promise.resolve(
      app.request('/v1/jobs', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    );
  return { app, jobs, submit };
}

interface JobDocument {
  id: string;
  state: string;
  seed: number | string;
  links: { self: string; result?: string };
  problem?: object;
  progress?: { share: number };
}

const piece = { midi: Buffer.from(smallMidi()).toString('base64') };
const evaluation = { model: 'musicnet', kind: 'evaluate' };
const small = { model: 'musicnet', kind: 'compose', request: { seed: 7, notes: 3 } };

async function finished(
  app: ReturnType<typeof appWith>['app'],
  location: string,
): Promise<JobDocument> {
  for (;;) {
    const answer = await app.request(location);
    const job = (await answer.json()) as JobDocument;
    if (job.state !== 'queued' && job.state !== 'running') return job;
    expect(answer.headers.get('retry-after')).toBe('1');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('/v1/jobs', () => {
  it('takes a job, tells how far it is, and gives what `compose` gives in every form', async () => {
    const { app, submit } = appWith();
    const answer = await submit(small);
    expect(answer.status).toBe(202);
    const location = answer.headers.get('location') ?? '';
    const submitted = (await answer.json()) as JobDocument;
    expect(location).toBe(`/v1/jobs/${submitted.id}`);
    expect(submitted).toMatchObject({ model: 'musicnet', kind: 'compose', seed: 7 });

    const job = await finished(app, location);
    expect(job).toMatchObject({
      state: 'succeeded',
      attempts: 1,
      links: { self: location, result: `${location}/result` },
    });
    for (const accept of ['audio/midi', 'application/json', 'image/svg+xml', 'audio/wav']) {
      const composed = await app.request('/v1/models/musicnet/compose', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify(small.request),
      });
      const result = await app.request(`${location}/result`, { headers: { accept } });
      expect(result.status).toBe(200);
      expect(result.headers.get('content-type')).toBe(accept);
      expect(result.headers.get('ostinato-seed')).toBe('7');
      const [got, expected] = [await result.arrayBuffer(), await composed.arrayBuffer()];
      expect(Buffer.from(got).equals(Buffer.from(expected))).toBe(true);
    }
    const refused = await app.request(`${location}/result`, { headers: { accept: 'text/html' } });
    expect(refused.status).toBe(406);
  });

  it('continues a primer as `compose` does, and keeps it as tokens', async () => {
    const { app, jobs, submit } = appWith();
    const midi = Buffer.from(smallMidi({ drums: 1 })).toString('base64');
    const request = { seed: 3, bars: 2, primer: { midi }, labels: { composer: 'Bach' } };
    const { links, id } = (await (await submit({ ...small, request })).json()) as JobDocument;
    const { task } = (await jobs.find(id))!;
    expect(task).toMatchObject({ given: { tokenizer: served.tokenizer.hash } });
    expect(JSON.stringify(task)).not.toContain(midi.slice(0, 20));
    await finished(app, links.self);
    const result = await app.request(`${links.self}/result`);
    const composed = await postJson(app, '/v1/models/musicnet/compose', request);
    const loss = composed.headers.get('ostinato-primer-loss');
    expect(loss).toContain('dropped=1');
    expect(result.headers.get('ostinato-primer-loss')).toBe(loss);
    const [got, expected] = [await result.arrayBuffer(), await composed.arrayBuffer()];
    expect(Buffer.from(got).equals(Buffer.from(expected))).toBe(true);
  });

  it('evaluates a piece as `evaluate` does, from a file and from notes', async () => {
    const { app, submit } = appWith();
    const midi = Buffer.from(smallMidi()).toString('base64');
    const labels = { composer: 'Bach' };
    const evaluated = await postFile(
      app,
      '/v1/models/musicnet/evaluate?label=composer=Bach',
      smallMidi(),
    );
    const expected: unknown = await evaluated.json();
    const notes = [60, 62, 64, 65, 67].map((pitch, i) => ({
      pitch,
      startSeconds: i / 2,
      durationSeconds: 0.5,
      velocity: 80,
      instrument: 'acoustic-grand-piano',
    }));
    for (const piece of [{ midi }, { notes }]) {
      const answer = await submit({ ...evaluation, request: { piece, labels } });
      expect(answer.status).toBe(202);
      const { links } = (await answer.json()) as JobDocument;
      const job = await finished(app, links.self);
      expect(job).toMatchObject({ kind: 'evaluate', state: 'succeeded' });
      expect(job).not.toHaveProperty('seed');
      const result = await app.request(links.result ?? `${links.self}/result`);
      expect(await result.json()).toEqual(expected);
      const refused = await app.request(`${links.self}/result`, {
        headers: { accept: 'audio/midi' },
      });
      expect(refused.status).toBe(406);
    }
  });

  it('gives an evaluation more time than a request has', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const model: NextTokenModel = {
      ...served.model,
      score: async (tokens, batch, options = {}) => {
        const { signal } = options;
        const stopped = new Promise<never>((_, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error));
        });
        await Promise.race([released, stopped]);
        return served.model.score(tokens, batch, options);
      },
    };
    const limits = { deadlineSeconds: 1 };
    const { app, submit } = appWith({ limits, models: { musicnet: { ...served, model } } });
    const piece = { midi: Buffer.from(smallMidi()).toString('base64') };
    const answer = await submit({ ...evaluation, request: { piece } });
    const { links } = (await answer.json()) as JobDocument;
    const late = await postFile(app, '/v1/models/musicnet/evaluate', smallMidi());
    expect(await late.json()).toMatchObject({ code: 'deadline' });
    release();
    expect(await finished(app, links.self)).toMatchObject({ state: 'succeeded' });
  });

  it('lists jobs: of the key that asks, by state, page by page', async () => {
    const keys = ['ann', 'bob'].map((name) => ({ name, key: `the-key-of-${name}-in-tests` }));
    const { app, submit } = appWith({ access: { keys } });
    const as = (name: string) => ({ authorization: `Bearer the-key-of-${name}-in-tests` });
    const list = async (name: string, query = '') => {
      const answer = await app.request(`/v1/jobs${query}`, { headers: as(name) });
      return (await answer.json()) as { jobs: JobDocument[]; next?: string };
    };
    const ids: string[] = [];
    for (let i = 0; i < 3; i++)
      ids.unshift(((await (await submit(small, as('ann'))).json()) as JobDocument).id);
    const all = await list('ann');
    expect(all.jobs.map(({ id }) => id)).toEqual(ids);
    expect(all).not.toHaveProperty('next');
    const first = await list('ann', '?limit=2');
    const rest = await list('ann', `?limit=2&cursor=${first.next}`);
    expect([...first.jobs, ...rest.jobs].map(({ id }) => id)).toEqual(ids);
    expect((await list('ann', '?state=failed')).jobs).toEqual([]);
    expect((await list('bob')).jobs).toEqual([]);
    expect(JSON.stringify(all)).not.toContain('"ann"');
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=-1',
    'limit=1.5',
    'limit=',
    'state=lost',
    'cursor=x',
    'owner=ann',
    'limit=1&limit=2',
  ])('refuses a list by %s', async (query) => {
    const { app } = appWith({ access: { openJobList: true } });
    const answer = await app.request(`/v1/jobs?${query}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid-request' });
  });

  it('lists the jobs of everybody only where that was said', async () => {
    const closed = appWith();
    await closed.submit(small);
    expect((await closed.app.request('/v1/jobs')).status).toBe(404);
    const { app, submit } = appWith({ access: { openJobList: true } });
    const { id } = (await (await submit(small)).json()) as JobDocument;
    const client = createClient('http://localhost', {
      fetch: async (input, init) => app.request(input, init),
    });
    const answer = await client.v1.jobs.$get({ query: {} });
    if (!answer.ok) throw new Error('expected a list');
    expect((await answer.json()).jobs.map((job) => job.id)).toEqual([id]);
  });

  it('refuses a crowd of submissions, and goes on answering', async () => {
    const { app, submit } = appWith({ limits: { submissions: 2 } });
    const primer = { midi: Buffer.from(smallMidi()).toString('base64') };
    const crowd = Array.from({ length: 10 }, () =>
      submit({ ...small, request: { ...small.request, primer } }),
    );
    const statuses = (await Promise.all(crowd)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 202)).toHaveLength(2);
    expect(statuses.filter((status) => status === 503)).toHaveLength(8);
    const figures = await (await app.request('/metrics')).text();
    const left = (outcome: string) =>
      `ostinato_places_left_total{kind="submissions",outcome="${outcome}"}`;
    expect(figures).toContain(`${left('finished')} 2\n`);
    expect(figures).toContain(`${left('refused')} 8\n`);
    expect((await submit(small)).status).toBe(202);
  });

  it('draws a seed once where none is given', async () => {
    const { app, submit } = appWith();
    const request = { notes: 5 };
    const { links, seed } = (await (await submit({ ...small, request })).json()) as JobDocument;
    await finished(app, links.self);
    const result = await app.request(`${links.self}/result`);
    expect(result.headers.get('ostinato-seed')).toBe(String(seed));
    expect(readMidi(new Uint8Array(await result.arrayBuffer())).score.name).toContain(String(seed));
  });

  it.each([
    [{ ...small, model: 'other' }, 404, 'model-not-found'],
    [{ ...small, kind: 'dance' }, 400, 'invalid-request'],
    [{ ...small, kind: undefined }, 400, 'invalid-request'],
    [{ ...small, kind: 'evaluate' }, 400, 'invalid-request'],
    [{ ...evaluation, request: { piece: { midi: 'AAAA' } } }, 400, 'invalid-midi'],
    [{ ...evaluation, request: { piece, labels: { composer: 'Nobody' } } }, 422, 'cannot-compose'],
    [[], 400, 'invalid-request'],
    [{ ...small, priority: 1 }, 400, 'invalid-request'],
    [{ ...small, request: { seconds: 1e4 } }, 422, 'outside-limits'],
    [{ ...small, request: { instruments: ['kazoo-9'] } }, 422, 'cannot-compose'],
    [{ ...small, request: { primer: { midi: 'AAAA' } } }, 400, 'invalid-midi'],
    [{ ...small, webhook: 'https://example.org/' }, 400, 'invalid-request'],
    [{ ...small, webhook: 'not an address' }, 400, 'invalid-request'],
  ])('refuses %j before it takes a job', async (body, status, code) => {
    const { jobs, submit } = appWith();
    const answer = await submit(body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ code });
    expect(await jobs.counts()).toEqual(new Map());
  });

  it('makes one job of one idempotency key', async () => {
    const { submit } = appWith();
    const idOf = async (answer: Response) => ((await answer.json()) as JobDocument).id;
    const named = { 'idempotency-key': '"8e03978e"' };
    const first = await idOf(await submit({ ...small, request: { notes: 5 } }, named));
    // Without a seed, with the quotes left out: still the same submission.
    const again = await submit(
      { request: { notes: 5 }, kind: 'compose', model: 'musicnet' },
      {
        'idempotency-key': '8e03978e',
      },
    );
    expect(again.status).toBe(202);
    expect(await idOf(again)).toBe(first);
    const other = await submit({ ...small, request: { notes: 6 } }, named);
    expect(other.status).toBe(409);
    expect(await other.json()).toMatchObject({ code: 'conflict' });
    expect((await submit(small, { 'idempotency-key': '"a"b"' })).status).toBe(400);
  });

  it('cancels a job, which then has no result', async () => {
    // A queue that nobody works on, so that the job is still there to be cancelled.
    const { app, submit } = appWith({ jobs: Object.assign(new MemoryJobQueue(), { start() {} }) });
    const { links } = (await (await submit(small)).json()) as JobDocument;
    const early = await app.request(`${links.self}/result`);
    expect(early.status).toBe(409);
    expect(await early.json()).toMatchObject({ code: 'job-not-finished' });
    const cancelled = await app.request(links.self, { method: 'DELETE' });
    expect(await cancelled.json()).toMatchObject({
      state: 'cancelled',
      links: { self: links.self },
    });
    expect((await app.request(`${links.self}/result`)).status).toBe(409);
  });

  it('tells a failure as a problem', async () => {
    const model = {
      ...served.model,
      decode: () => Promise.reject(new Error('/a/path of the server')),
    };
    const jobs = new MemoryJobQueue({ limits: { attempts: 1 } });
    const { app, submit } = appWith({ jobs, models: { musicnet: { ...served, model } } });
    const { links } = (await (await submit(small)).json()) as JobDocument;
    const job = await finished(app, links.self);
    expect(job).toMatchObject({ state: 'failed', problem: { status: 500, code: 'internal' } });
    expect(JSON.stringify(job)).not.toContain('path of');
  });

  it('knows no job of another id, and none of another key', async () => {
    const { app, jobs } = appWith();
    const task = { ...small, kind: 'compose', request: { seed: 1, notes: 1 } } as const;
    const { job } = await jobs.submit({ owner: 'ann', task });
    for (const path of [
      job.id,
      `${job.id}/result`,
      'musicnet.aaaaaaaaaaaaaaaaaaaaaa',
      'x',
      '%00',
    ]) {
      const answer = await app.request(`/v1/jobs/${path}`);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ code: 'job-not-found' });
    }
    expect((await app.request(`/v1/jobs/${job.id}`, { method: 'DELETE' })).status).toBe(404);
    expect(await jobs.find(job.id)).not.toMatchObject({ state: 'cancelled' });
  });

  it('waits for a place where requests would be refused, and is not counted as refused', async () => {
    const { app, submit } = appWith({ limits: { running: 1, queued: 0 } });
    const jobs = await Promise.all([submit(small), submit(small), submit(small)]);
    for (const answer of jobs) {
      const { links } = (await answer.json()) as JobDocument;
      expect(await finished(app, links.self)).toMatchObject({ state: 'succeeded' });
    }
    const figures = await (await app.request('/metrics')).text();
    expect(figures).toContain('ostinato_places_entered_total{kind="jobs"} 3\n');
    expect(figures).toContain('ostinato_places_left_total{kind="jobs",outcome="finished"} 3\n');
    expect(figures).not.toMatch(/places_left_total\{kind="\w+",outcome="refused"\} [1-9]/);
  });

  it('are not taken where nothing goes on after an answer', async () => {
    const { app, submit } = appWith({ jobs: false });
    const refused = await submit(small);
    expect(refused.status).toBe(404);
    expect(await refused.json()).toMatchObject({
      code: 'not-found',
      detail: expect.stringContaining('no jobs') as string,
    });
    expect((await app.request('/v1/jobs/musicnet.3q2-7wAAAAAAAAAAAAAAAA')).status).toBe(404);
  });
});
