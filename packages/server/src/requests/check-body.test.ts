import { expect, it } from 'vitest';
import { createApp } from '../create-app.js';
import { postJson } from '../testing/requests.js';
import { fakeServedModel } from '../testing/served-model.js';

it('reads one long body in each turn of the event loop, so that others are answered in between', async () => {
  const app = createApp({ models: { musicnet: fakeServedModel() } });
  const long = { request: { primer: { midi: 'AAAA'.repeat(50_000) } } };
  let turn = 0;
  let isOver = false;
  const count = (): void => {
    turn++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const turns = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const answer = await postJson(app, '/v1/models/musicnet/stream', long);
      expect(answer.status).toBe(400);
      return turn;
    }),
  );
  isOver = true;
  expect(new Set(turns).size).toBe(10);
  expect(turns).toEqual(turns.toSorted((a, b) => a - b)); // in the order in which they came
});
