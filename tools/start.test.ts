// `npm start`, without the setup before it.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { haveChromium, launchChromium, openPage } from './chromium/src/index.js';

const START = fileURLToPath(new URL('start.mjs', import.meta.url));
// The bundler takes development builds of libraries in vitest's environment.
const { NODE_ENV: _, VITEST: __, ...env } = process.env;

it('serves the studio with what isolates a page, and the API behind it, until it is stopped', async () => {
  const key = 'a-key-for-the-tests-of-start';
  const server = spawn(process.execPath, [START, '--port', '0'], {
    env: { ...env, OSTINATO_API_KEYS: `tester:${key}` },
  });
  let said = '';
  for await (const chunk of server.stdout.setEncoding('utf8') as AsyncIterable<string>) {
    said += chunk;
    if (said.includes('Ctrl-C')) break;
  }
  const [url] = /http:\/\/127\.0\.0\.1:\d+\//.exec(said)!;
  const page = await fetch(url);
  expect(await page.text()).toContain('<ostinato-composer');
  expect(page.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  const site = (await (await fetch(`${url}site.json`)).json()) as Site;
  expect(site).toMatchObject({ models: [{ name: 'musicnet' }], api: './openapi.json' });

  const { address } = site.models[0];
  const manifest = await fetch(new URL(address.replace('?', 'manifest.json?'), url));
  expect(await manifest.json()).toMatchObject({ name: 'musicnet' });
  expect(manifest.headers.get('cache-control')).toContain('immutable');
  const again = { headers: { 'if-none-match': page.headers.get('etag')! } };
  expect((await fetch(url, again)).status).toBe(304);

  const models = `${url}v1/models`;
  expect((await fetch(models)).status).toBe(401);
  expect((await fetch(models, { headers: { authorization: `Bearer ${key}` } })).status).toBe(200);
  for (const path of ['nothing', 'models/musicnet/chunk.int8-dynamic.onnx', '..%2fpackage.json']) {
    expect((await fetch(url + path)).status).toBe(401); // as for any address without a file
  }
  if (haveChromium()) await visit(url);
  server.kill('SIGINT');
  expect(await once(server, 'exit')).toEqual([0, null]);
});

it('says which port is taken', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const message = `start: port ${port} is taken; name another: npm start -- --port 8080\n`;
  await expect(run('--port', String(port))).rejects.toMatchObject({ code: 1, stderr: message });
  other.close();
});

it.each(['', 'x', '-1', '65536', '1.5'])('refuses "%s" as a port', async (port) => {
  const message = `start: --port: expected a whole number in 0..65535, found "${port}"\n`;
  await expect(run(`--port=${port}`)).rejects.toMatchObject({ code: 1, stderr: message });
});

/** The page composes with the model of the server, and shows its API. */
async function visit(url: string): Promise<void> {
  await using browser = await launchChromium();
  await using opened = await openPage(browser, `${url}#ostinato?seed=7&length=4`);
  const { page, problems } = opened;
  await page.waitForSelector('.model-card');
  const api = page.locator('#api');
  await api.getByText('Compose a piece').click();
  expect(await api.locator('pre').allTextContents()).toContainEqual(
    expect.stringMatching(/models\/musicnet\/compose' \\\n.*OSTINATO_API_KEY/),
  );
  expect(await api.getByText('Programs need an API key').isVisible()).toBe(true);
  await page.getByRole('group', { name: 'Composer' }).getByRole('button', { name: 'Play' }).click();
  await page.waitForFunction(() => {
    const composer = document.querySelector('ostinato-composer') as unknown as Composer;
    return composer.score !== undefined && composer.score.tracks.length > 0 && !composer.composing;
  });
  expect(problems).toEqual([]);
}

interface Composer {
  score?: { tracks: unknown[] };
  composing: boolean;
}

interface Site {
  models: { name: string; address: string }[];
}

function run(...args: string[]): Promise<unknown> {
  return promisify(execFile)(process.execPath, [START, ...args], { env });
}
