// A composer in a page of each kind that examples/embedding has: built with the packages as npm would publish them, served,
// opened in a real Chromium and used. Nothing may come from elsewhere than the page's own host, or its CDN.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  type Browser,
  haveChromium,
  launchChromium,
  openPage,
  serveSite,
  type Site,
} from '@ostinato/chromium';
import { generate, type Score } from '@ostinato/core';
import { loadModel } from '@ostinato/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folderOf = (path: string): string =>
  fileURLToPath(new URL(`embedding/${path}`, import.meta.url));
const run = promisify(execFile);

it('is what the README of @ostinato/web shows', async () => {
  const readme = await readFile(
    new URL('../packages/runtime-web/README.md', import.meta.url),
    'utf8',
  );
  const section = /\n## In your page\n.*?\n## /s.exec(readme)?.[0] ?? '';
  const shown = [...section.matchAll(/```\w+\n(.*?)```/gs)].map(([, code]) => code);
  const files = ['vite/main.js', 'vite/index.html', 'webpack/main.js', 'nextjs/app/composer.jsx'];
  files.push('script-tag/index.html', 'cdn/index.html');
  const programs = await Promise.all(files.map((file) => readFile(folderOf(file), 'utf8')));
  // Lines may be broken elsewhere.
  const plain = (code: string): string => code.replaceAll(/,?\s+/g, '');
  const found = shown.filter((code) => programs.some((text) => plain(text).includes(plain(code))));
  expect(shown).toHaveLength(7);
  expect(found).toEqual(shown);
});

/** A download and the builds of bundlers, on a machine that is busy with other tests. */
const PATIENCE = { timeout: 300_000 };

/** Bundlers must not think that they are in a test, and must tell nobody. */
const ENVIRONMENT = { ...process.env, NODE_ENV: undefined, NEXT_TELEMETRY_DISABLED: '1' };

/** What a page must list, and what its composer must compose: in Node, from the same seed. */
interface Piece {
  readonly lines: readonly string[];
  readonly score: Score;
}

describe.runIf(haveChromium())('a composer in a page', () => {
  let browser: Browser;
  let expected: Piece;
  beforeAll(async () => {
    await run(process.execPath, [folderOf('install.mjs')]);
    [browser, expected] = await Promise.all([launchChromium(), composeInNode()]);
  }, PATIENCE.timeout);
  afterAll(() => browser?.close());

  it.each([
    { how: 'Vite', folder: 'vite', output: 'dist', command: ['vite', 'build'] },
    { how: 'webpack', folder: 'webpack', output: 'dist', command: ['webpack'] },
    { how: 'Next.js', folder: 'nextjs', output: 'out', command: ['next', 'build'] },
  ])('built with $how', PATIENCE, async ({ folder, output, command }) => {
    await bundle(folder, command);
    await using site = await serveFolder(`${folder}/${output}`);
    await check(site.origin, [site.origin]);
  });

  it.each([
    { how: 'Vite', folder: 'vite', command: ['vite', '--host', '127.0.0.1', '--port', '0'] },
    { how: 'Next.js', folder: 'nextjs', command: ['next', 'dev', '-H', '127.0.0.1', '-p', '0'] },
  ])('served by $how while developing', PATIENCE, async ({ folder, command }) => {
    await using server = await develop(folder, command);
    await check(server.origin, [server.origin]);
  });

  it('without a bundler', PATIENCE, async () => {
    await using site = await serveFolder('script-tag');
    await check(site.origin, [site.origin]);
  });

  it('from a CDN', PATIENCE, async () => {
    const { version } = JSON.parse(
      await readFile(folderOf('packed/node_modules/@ostinato/web/package.json'), 'utf8'),
    ) as { version: string };
    await using cdn = await serveSite({
      folders: {
        [`/npm/@ostinato/web@${version}/`]: folderOf('packed/node_modules/@ostinato/web'),
      },
      headers: { 'access-control-allow-origin': '*' },
    });
    const html = await readFile(folderOf('cdn/index.html'), 'utf8');
    await using site = await serveSite({
      files: { '/': html.replaceAll('https://cdn.jsdelivr.net', cdn.origin) },
      folders: { '/': folderOf('cdn') },
    });
    await check(site.origin, [site.origin, cdn.origin]);
  });

  /** Uses a page as a person would, and holds its music against Node's. */
  async function check(address: string, origins: string[]): Promise<void> {
    await using opened = await openPage(browser, address);
    const { page, problems } = opened;
    // The element is in the page as it was served: Next.js has rendered it where there is no browser.
    const served = await page.evaluate(async () => (await fetch(location.href)).text());
    expect(served).toContain('<ostinato-composer model=');
    await page.waitForFunction(() => customElements.get('ostinato-composer'));

    // By the keyboard: Next.js lays its tools over this corner while developing.
    await page.getByRole('button', { name: 'Compose', exact: true }).press('Enter');
    await page.waitForFunction(
      (count) => document.querySelectorAll('li').length >= count,
      expected.lines.length,
    );
    expect(await page.locator('li').allTextContents()).toEqual(expected.lines);

    const composed = page.evaluate(
      () =>
        new Promise<Score>((resolve) => {
          document
            .querySelector('ostinato-composer')!
            .addEventListener('ostinato-composed', ({ detail }) => resolve(detail.score));
        }),
    );
    const composer = page.locator('ostinato-composer');
    await composer.getByRole('button', { name: 'Play', exact: true }).click();
    await page.waitForFunction(
      () => document.querySelector('ostinato-composer')!.state === 'playing',
    );
    expect(notesOf(await composed)).toEqual(notesOf(expected.score));
    // Its worker is a file of its own.
    const midi = await page.evaluate(async () =>
      (await document.querySelector('ostinato-composer')!.toMidi())?.text(),
    );
    expect(midi?.slice(0, 4)).toBe('MThd');

    expect(problems).toEqual([]);
    expect([...opened.origins].sort()).toEqual(origins.sort());
  }
});

/** The same piece as the composer makes it and as the pages list it. */
async function composeInNode(): Promise<Piece> {
  const models = fileURLToPath(new URL('../models/musicnet', import.meta.url));
  await using loaded = await loadModel(models);
  const { model, tokenizer, manifest } = loaded;
  const notes = generate(model, tokenizer, { ...manifest.sampling, seed: 7, seconds: 10 });
  const lines: string[] = [];
  for (;;) {
    const { done, value } = await notes.next();
    if (done) return { lines, score: value.score };
    lines.push(`${value.startSeconds.toFixed(2)} s: ${value.pitch}`);
  }
}

/** What is heard of a score. */
function notesOf({ tracks }: Score): unknown {
  return tracks.map(({ program, channel, notes }) => ({ program, channel, notes }));
}

function bundle(folder: string, [command, ...args]: string[]): Promise<unknown> {
  return run(process.execPath, [binOf(folder, command), ...args], {
    cwd: folderOf(folder),
    env: ENVIRONMENT,
  });
}

/** The program of an example's bundler. */
function binOf(folder: string, command: string): string {
  const require = createRequire(join(folderOf(folder), 'package.json'));
  const name = command === 'webpack' ? 'webpack-cli' : command;
  const path = require.resolve(`${name}/package.json`);
  const { bin } = require(path) as { bin: string | Record<string, string> };
  return join(path, '..', typeof bin === 'string' ? bin : Object.values(bin)[0]);
}

async function serveFolder(folder: string): Promise<Site> {
  return serveSite({
    files: { '/': await readFile(folderOf(`${folder}/index.html`)) },
    folders: { '/': folderOf(folder) },
  });
}

/** Starts a development server.
 *  @returns once it listens */
async function develop(
  folder: string,
  [command, ...args]: string[],
): Promise<{ origin: string } & AsyncDisposable> {
  const server = spawn(process.execPath, [binOf(folder, command), ...args], {
    cwd: folderOf(folder),
    env: { ...ENVIRONMENT, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  const stop = async (): Promise<void> => {
    server.kill();
    await ended;
  };
  for await (const line of createInterface(server.stdout)) {
    const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (origin) return { origin, [Symbol.asyncDispose]: stop };
  }
  throw new Error(`${command} did not start`);
}
