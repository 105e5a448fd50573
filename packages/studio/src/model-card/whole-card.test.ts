import { afterEach, expect, it, vi } from 'vitest';
import { readWholeCard } from './whole-card.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

const answer = (status: number, type: string) => () =>
  Promise.resolve(new Response('# A model', { status, headers: { 'content-type': type } }));

it.each<[string, () => Promise<Response>, string | undefined]>([
  ['is what the host has', answer(200, 'application/octet-stream'), '# A model'],
  ['is none where there is no such file', answer(404, 'text/plain'), undefined],
  [
    'is none where the host shows a page instead',
    answer(200, 'text/html; charset=utf-8'),
    undefined,
  ],
  ['is none without a network', () => Promise.reject(new TypeError('offline')), undefined],
])('the whole card %s', async (_, fetch, expected) => {
  vi.stubGlobal('fetch', fetch);
  expect(await readWholeCard('https://models.example/m/README.md')).toBe(expected);
});
