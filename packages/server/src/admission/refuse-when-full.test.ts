// What a crowd gets where all places are taken: nothing of its requests is read.
import { beforeAll, expect, it } from 'vitest';
import { createApp } from '../create-app.js';
import { fakeServedModel } from '../testing/served-model.js';

const KEY = 'k'.repeat(32);
const authorization = `Bearer ${KEY}`;
const WORKS = ['compose', 'continue', 'evaluate', 'stream'].map(
  (work) => `/v1/models/musicnet/${work}`,
);

const served = fakeServedModel();
const app = createApp({
  models: {
    musicnet: { ...served, model: { ...served.model, decode: () => new Promise(() => {}) } },
  },
  limits: { running: 1, queued: 0, streams: 0 },
  access: { keys: [{ name: 'test', key: KEY }] },
});

let read = 0;
function post(path: string, headers: Record<string, string>): Response | Promise<Response> {
  const body = new ReadableStream(
    {
      pull(controller) {
        read++;
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const init = {
    method: 'POST',
    body,
    duplex: 'half',
    headers: { 'content-type': 'application/json', ...headers },
  };
  return app.request(path, init);
}

beforeAll(async () => {
  void app.request(WORKS[0], { method: 'POST', headers: { authorization } });
  const isTaken = async (): Promise<boolean> => {
    const metrics = await app.request('/metrics', { headers: { authorization } });
    return (await metrics.text()).includes('ostinato_places_running{kind="compositions"} 1');
  };
  while (!(await isTaken()));
});

it.each(WORKS)('is refused at %s before its body is read, whatever it is', async (path) => {
  for (const headers of [{}, { 'content-length': '999999999' }, { 'content-type': 'x/y' }]) {
    const answer = await post(path, { authorization, ...headers });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await answer.json()).toMatchObject({
      code: 'overloaded',
      instance: answer.headers.get('x-request-id'),
    });
  }
  expect(read).toBe(0);
});

it('is refused after its keys, and counted', async () => {
  expect((await post(WORKS[0], {})).status).toBe(401);
  const metrics = await app.request('/metrics', { headers: { authorization } });
  const text = await metrics.text();
  expect(text).toContain('ostinato_places_left_total{kind="compositions",outcome="refused"} 9');
  expect(text).toContain('ostinato_places_left_total{kind="streams",outcome="refused"} 3');
});
