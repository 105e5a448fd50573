import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { problemOf } from '../problem/problem-of.js';
import { wantedForm } from './forms.js';

const app = new Hono().get('/', (c) => c.text(wantedForm(c)));
app.onError((error, c) => c.text(problemOf(error).code));

it.each([
  [undefined, 'mid'],
  ['*/*', 'mid'],
  ['audio/*', 'mid'],
  ['AUDIO/X-MIDI', 'mid'],
  ['application/json', 'json'],
  ['application/json;charset=utf-8, */*;q=0.1', 'json'],
  ['audio/midi;q=0.5, image/svg+xml;q=0.8', 'svg'],
  ['application/json, audio/midi', 'mid'],
  ['audio/midi;q=0, */*', 'json'],
  ['audio/*;q=0.9, audio/midi;q=0.1, */*;q=0.2', 'wav'],
  ['text/html, image/*;q=0.3', 'svg'],
  ['audio/vnd.wave', 'wav'],
  ['text/html', 'not-acceptable'],
  ['*/*;q=0', 'not-acceptable'],
  [';;;,,', 'not-acceptable'],
])('Accept: %s gives %s', async (accept, expected) => {
  const answer = await app.request('/', accept === undefined ? {} : { headers: { accept } });
  expect(await answer.text()).toBe(expected);
});
