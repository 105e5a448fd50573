import { afterEach, describe, expect, it } from 'vitest';
import type { ServedModel } from '../app-options.js';
import { createApp } from '../create-app.js';
import { MemoryJobQueue } from '../jobs/memory-queue.js';
import type { Limits } from '../limits.js';
import { postJson } from '../testing/requests.js';
import { fakeServedModel } from '../testing/served-model.js';

const served = fakeServedModel();
const COMPOSE = '/v1/models/musicnet/compose';
const open: ReadableStream[] = [];

afterEach(async () => {
  for (const stream of open.splice(0)) if (!stream.locked) await stream.cancel();
});

function appWith(limits: Partial<Limits> = {}, musicnet: ServedModel = served) {
  const app = createApp({
    models: { musicnet },
    limits: { renderings: 1, ...limits },
    jobs: new MemoryJobQueue(),
  });
  const ask = async (accept: string, signal?: AbortSignal, seconds = 5) => {
    const answer = await app.request(COMPOSE, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify({ seed: 7, seconds }),
      ...(signal && { signal }),
    });
    if (answer.body) open.push(answer.body);
    return answer;
  };
  /** Of the places of renderings. */
  const counts = async () => {
    const text = await (await app.request('/metrics')).text();
    const count = (sample: string) =>
      Number(new RegExp(`^ostinato_places_${sample}(.*)$`, 'm').exec(text)?.[1]);
    const left = (outcome: string) =>
      count(`left_total\\{kind="renderings",outcome="${outcome}"\\} `);
    return {
      running: count('running\\{kind="renderings"\\} '),
      finished: left('finished'),
      failed: left('failed'),
      cancelled: left('cancelled'),
      refused: left('refused'),
    };
  };
  return { app, ask, counts };
}

describe('a sound', () => {
  it('keeps its place until the client has all of it; others are refused before they are composed', async () => {
    const { ask, counts } = appWith();
    const first = await ask('audio/wav');
    expect(first.status).toBe(200);
    const second = await ask('audio/wav');
    expect(second.status).toBe(503);
    expect(second.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await ask('audio/midi')).status).toBe(200); // takes no such place
    expect(await counts()).toMatchObject({ running: 1, refused: 1 });
    const bytes = await first.arrayBuffer();
    expect(String(bytes.byteLength)).toBe(first.headers.get('content-length'));
    expect(await counts()).toMatchObject({ running: 0, finished: 1 });
    expect((await ask('audio/wav')).status).toBe(200);
  });

  it('leaves when the client stops reading it, or goes away', async () => {
    const { ask, counts } = appWith();
    const reader = (await ask('audio/wav')).body!.getReader();
    await reader.read();
    await reader.cancel();
    expect(await counts()).toMatchObject({ running: 0, cancelled: 1 });
    const client = new AbortController();
    const unread = await ask('audio/wav', client.signal);
    client.abort();
    expect((await unread.arrayBuffer()).byteLength).toBe(0);
    expect(await counts()).toMatchObject({ running: 0, cancelled: 2 });
  });

  it('has left as soon as the client has the last byte, and may go', async () => {
    const { ask, counts } = appWith();
    const client = new AbortController();
    const answer = await ask('audio/wav', client.signal);
    const reader = answer.body!.getReader();
    for (let left = Number(answer.headers.get('content-length')); left > 0;)
      left -= (await reader.read()).value!.length;
    client.abort();
    expect(await counts()).toMatchObject({ running: 0, finished: 1, cancelled: 0 });
  });

  it('ends when its time is over, however slowly it is taken', async () => {
    const { ask, counts } = appWith({ renderingSeconds: 1 });
    const reader = (await ask('audio/wav', undefined, 2)).body!.getReader();
    while ((await counts()).running > 0) {
      await reader.read().catch(() => undefined); // a block at a time, ever more slowly
      await pause(100);
    }
    await expect(reader.read()).rejects.toMatchObject({ code: 'deadline' });
    expect(await counts()).toMatchObject({ failed: 1 });
  });

  it('is refused, and not begun, where its time is over before the piece is composed', async () => {
    const { model } = served;
    const decode: typeof model.decode = async (...request) => {
      await pause(100);
      return model.decode(...request);
    };
    const slow = { ...served, model: { ...model, decode } };
    const { ask, counts } = appWith({ renderingSeconds: 0.02 }, slow);
    const answer = await ask('audio/wav');
    expect(answer.status).toBe(504);
    expect(await answer.json()).toMatchObject({ code: 'deadline' });
    expect(await counts()).toMatchObject({ running: 0, failed: 1 });
  });

  it('gives its place back where the piece cannot be composed', async () => {
    const { app, counts } = appWith();
    const answer = await postJson(app, COMPOSE, { seconds: 1e4 }, { accept: 'audio/wav' });
    expect(answer.status).toBe(422);
    expect(await counts()).toMatchObject({ running: 0, failed: 1 });
  });
});

describe('the result of a job', () => {
  it('takes a place while it is given, of HEAD no longer than that', async () => {
    const { app, ask, counts } = appWith();
    const job = { model: 'musicnet', kind: 'compose', request: { seed: 7, seconds: 5 } };
    const { links } = (await (await postJson(app, '/v1/jobs', job)).json()) as {
      links: { self: string };
    };
    const result = (method: string, accept: string) =>
      app.request(`${links.self}/result`, { method, headers: { accept } });
    while ((await result('HEAD', 'audio/midi')).status === 409) await pause(10);
    for (const accept of ['audio/wav', 'image/svg+xml', 'application/json']) {
      const answer = await result('HEAD', accept);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe(accept);
      expect(await counts()).toMatchObject({ running: 0 });
    }
    const sound = await ask('audio/wav');
    expect((await result('GET', 'audio/midi')).status).toBe(503);
    await sound.body?.cancel();
    expect((await result('GET', 'audio/midi')).status).toBe(200);
    expect(await counts()).toMatchObject({ running: 0, refused: 1 });
  });
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
