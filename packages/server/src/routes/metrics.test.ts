import type { ModelStatus } from '@ostinato/core';
import { expect, it } from 'vitest';
import { createApp } from '../create-app.js';
import { fakeServedModel } from '../testing/served-model.js';

const served = fakeServedModel();
const status: ModelStatus = {
  ready: true,
  slots: 16,
  running: 3,
  waiting: 2,
  restarts: 1,
  tokens: 400,
};
const path = '/v1/models/musicnet';

function watchedApp() {
  const app = createApp({
    models: { musicnet: { ...served, model: { ...served.model, status: () => status } } },
    limits: { running: 2, queued: 1 },
    processMetrics: async () => '# TYPE process_cpu_seconds_total counter\n',
  });
  const text = async () => (await app.request('/metrics')).text();
  return { app, text };
}

it('counts requests by pattern, never by what a client sends', async () => {
  const { app, text } = watchedApp();
  await app.request(path);
  await app.request('/v1/models/unknown');
  for (let i = 0; i < 20; i++) await app.request(`/no/${i}`);
  await app.request('/v1/models', { method: 'PROPFIND' });
  const lines = (await text())
    .split('\n')
    .filter((line) => line.startsWith('ostinato_http_requests'));
  expect(lines).toContain(
    'ostinato_http_requests_total{method="GET",route="/v1/models/:model",status="200"} 1',
  );
  expect(lines).toContain(
    'ostinato_http_requests_total{method="GET",route="/v1/models/:model",status="404"} 1',
  );
  expect(lines).toContain('ostinato_http_requests_total{method="other",route="/*",status="405"} 1');
  expect(lines).toHaveLength(4);
  expect(lines.join()).not.toMatch(/unknown|\/no\/|PROPFIND/);
});

it('says what the models say of themselves, and what the process does', async () => {
  const { app, text } = watchedApp();
  const answer = await app.request('/metrics');
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await text()).toContain('ostinato_model_ready{model="musicnet"} 1\n');
  expect(await text()).toContain('ostinato_model_running{model="musicnet"} 3\n');
  expect(await text()).toContain('ostinato_model_restarts_total{model="musicnet"} 1\n');
  expect(await text()).toContain('ostinato_model_tokens_total{model="musicnet"} 400\n');
  expect(await text()).toMatch(/# TYPE process_cpu_seconds_total counter\n$/);
});

it('adds up: whoever asked for a place has finished, failed, gone away or been refused', async () => {
  const { app, text } = watchedApp();
  const compose = async (body: object, signal?: AbortSignal) =>
    app.request(`${path}/compose`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
  const gone = new AbortController();
  const all = [
    compose({ notes: 5 }),
    compose({ notes: 5000 }, gone.signal),
    compose({ seconds: 1e4 }), // outside of the limits
    ...[1, 2, 3].map(() => compose({ notes: 5 })),
  ];
  gone.abort();
  const statuses = (await Promise.all(all)).map((answer) => answer.status);
  const figures = await text();
  const count = (sample: string) =>
    Number(new RegExp(`^ostinato_places_${sample} (.*)$`, 'm').exec(figures)?.[1]);
  const left = (outcome: string) =>
    count(`left_total\\{kind="compositions",outcome="${outcome}"\\}`);
  expect(count('running\\{kind="compositions"\\}')).toBe(0);
  expect(count('waiting\\{kind="compositions"\\}')).toBe(0);
  expect(count('entered_total\\{kind="compositions"\\}')).toBe(statuses.length);
  expect(left('finished')).toBe(statuses.filter((status) => status === 200).length);
  expect(left('failed')).toBe(statuses.filter((status) => status === 422).length);
  expect(left('cancelled')).toBe(statuses.filter((status) => status === 499).length);
  expect(left('refused')).toBe(statuses.filter((status) => status === 503).length);
  expect(left('refused')).toBeGreaterThan(0);
});
