import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Site } from '../../app-options.js';
import { createApp } from '../../create-app.js';
import { fakeServedModel } from '../../testing/served-model.js';
import { openSite } from './open-site.js';

const served = fakeServedModel();
const { manifest } = served;
const seal = manifest.sha256.slice(0, 16);
const files = new Map([
  ['manifest.json', new TextEncoder().encode('{}')],
  ['chunk.onnx', Uint8Array.of(1, 2, 3)],
]);

let parent: string;
let site: Site;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'ostinato-site-'));
  const folder = join(parent, 'site');
  await mkdir(join(folder, 'assets'), { recursive: true });
  const script = 'export const a = 1;\n'.repeat(50);
  await Promise.all([
    writeFile(join(parent, 'secret.txt'), 'secret'),
    writeFile(join(folder, 'index.html'), '<title>Studio</title>'),
    writeFile(join(folder, 'assets/index-B6aITCJP.js'), script),
    writeFile(join(folder, 'assets/index-B6aITCJP.js.br'), brotliCompressSync(script)),
  ]);
  site = await openSite({ folder, models: { musicnet: { manifest, files } } });
  await writeFile(join(folder, 'later.html'), 'later');
});
afterAll(async () => rm(parent, { recursive: true }));

const get = async (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  site(new Request(`http://localhost${path}`, { method, headers }));

it('gives the page with a policy of its own, and asks for it again only if it changed', async () => {
  const page = (await get('/'))!;
  expect(await page.text()).toBe('<title>Studio</title>');
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(page.headers.get('cache-control')).toBe('no-cache');
  expect(page.headers.get('content-security-policy')).toMatch(
    /script-src 'self' 'wasm-unsafe-eval';/,
  );
  const again = (await get('/', { 'if-none-match': page.headers.get('etag')! }))!;
  expect(again.status).toBe(304);
  expect(await again.text()).toBe('');
});

it('gives files with a hash in their names for good, and compressed to who takes that', async () => {
  const path = '/assets/index-B6aITCJP.js';
  const plain = (await get(path))!;
  const small = (await get(path, { 'accept-encoding': 'gzip, br' }))!;
  expect(plain.headers.get('cache-control')).toContain('immutable');
  expect(small.headers.get('content-encoding')).toBe('br');
  expect(small.headers.get('vary')).toContain('accept-encoding');
  expect(Number(small.headers.get('content-length'))).toBeLessThan(200);
  expect((await plain.text()).length).toBe(1000);
  const part = (await get(path, { range: 'bytes=0-5' }))!;
  expect([part.status, await part.text()]).toEqual([206, 'export']);
  const head = (await get(path, {}, 'HEAD'))!;
  expect([head.status, await head.text()]).toEqual([200, '']);
});

it('says what there is in site.json', async () => {
  expect(await (await get('/site.json'))!.json()).toEqual({
    models: [{ name: 'musicnet', address: `./models/musicnet/?sha256=${seal}` }],
    api: './openapi.json',
  });
});

it('gives the files of models, for good where they are asked for by their hash', async () => {
  const byHash = (await get(`/models/musicnet/chunk.onnx?sha256=${seal}`))!;
  expect(new Uint8Array(await byHash.arrayBuffer())).toEqual(Uint8Array.of(1, 2, 3));
  expect(byHash.headers.get('cache-control')).toContain('immutable');
  for (const query of ['', '?sha256=', '?sha256=0000000000000000', `?sha256=${seal.slice(0, 5)}`]) {
    const other = (await get(`/models/musicnet/chunk.onnx${query}`))!;
    expect(other.headers.get('cache-control')).toBe('no-cache');
  }
});

it.each([
  '/later.html',
  '/assets',
  '/assets/',
  '/assets/index-B6aITCJP.js.br',
  '/..%2fsecret.txt',
  '/%2e%2e/secret.txt',
  '/assets/..%5c..%5csecret.txt',
  '/models/musicnet/step.onnx',
  '/models/constructor/name',
  '/models/musicnet/',
])('has nothing else: %s', async (path) => {
  expect(await get(path)).toBeUndefined();
});

it('keeps its policy in an app, which answers for what it has not', async () => {
  const app = createApp({ models: { musicnet: served }, site });
  const page = await app.request('/');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
  expect(page.headers.get('x-request-id')).not.toBeNull();
  expect((await app.request('/', { method: 'POST' })).status).toBe(404);
  expect((await app.request('/v1/models')).status).toBe(200);
});

it('is refused where the studio was not built', async () => {
  await expect(openSite({ folder: parent, models: {} })).rejects.toMatchObject({
    code: 'no-site',
  });
});
