// The server on each runtime that examples/servers is for: installed from npm, started as its reader would, and asked over
// HTTP. Its music is held against Node's.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compose, writeMidi } from '@ostinato/core';
import { loadModel } from '@ostinato/node';
import { beforeAll, describe, expect, it } from 'vitest';

const folderOf = (path: string): string =>
  fileURLToPath(new URL(`servers/${path}`, import.meta.url));
const model = fileURLToPath(new URL('../models/musicnet', import.meta.url));

const PIECE = { seed: 7, seconds: 5 };

/** A download, and three starts on a machine that is busy with other tests. */
const PATIENCE = { timeout: 180_000 };

/** wrangler must ask nobody and tell nobody. */
const ENVIRONMENT = {
  ...process.env,
  CI: '1',
  NO_COLOR: '1',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_LOG_PATH: join(tmpdir(), 'ostinato-wrangler'),
};

/** Why the runtimes are not there; undefined if they are. */
let missing: string | undefined;
let expected: Uint8Array;
beforeAll(async () => {
  try {
    await promisify(execFile)(process.execPath, [folderOf('install.mjs')]);
  } catch (error) {
    missing = `examples/servers/install.mjs failed: ${String(error)}`;
  }
  expected = await composeInNode();
}, PATIENCE.timeout);

describe.each([
  {
    name: 'Deno',
    folder: 'deno',
    command: ['deno', 'run', '--allow-net', '--allow-read', 'main.js', model, '0'],
  },
  { name: 'Bun', folder: 'bun', command: ['bun', 'main.js', model, '0'] },
  {
    name: 'Cloudflare Workers',
    folder: 'workers',
    command: ['wrangler', 'dev', '--ip', '127.0.0.1', '--port', '0'],
  },
])('the server on $name', ({ folder, command }) => {
  it("composes Node's music, for several at once, and streams it", PATIENCE, async ({ skip }) => {
    if (missing !== undefined) return skip(missing);
    await using server = await start(folder, command);
    const ask = (body: object, accept: string): Promise<Response> =>
      fetch(`${server.origin}/v1/models/musicnet/compose`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify(body),
      });

    // More than have a place at a time.
    const pieces = await Promise.all(Array.from({ length: 6 }, () => ask(PIECE, 'audio/midi')));
    for (const piece of pieces) {
      expect(piece.status).toBe(200);
      expect(new Uint8Array(await piece.arrayBuffer())).toEqual(expected);
    }

    const stream = await fetch(`${server.origin}/v1/models/musicnet/stream?seed=7&seconds=5`);
    const events = [...(await stream.text()).matchAll(/^event: (\w+)$/gm)].map(([, name]) => name);
    expect(events.at(0)).toBe('start');
    expect(events.filter((name) => name === 'note').length).toBeGreaterThan(20);
    expect(events.at(-1)).toBe('end');

    const refused = await ask({ seed: 7, seconds: 1e6 }, 'audio/midi');
    expect(await refused.json()).toMatchObject({ status: refused.status, code: 'invalid-request' });
  });
});

/** What `ostinato generate --seed 7 --seconds 5` writes. */
async function composeInNode(): Promise<Uint8Array> {
  await using loaded = await loadModel(model);
  const options = { ...loaded.manifest.sampling, ...PIECE };
  const { score } = await compose(loaded.model, loaded.tokenizer, options);
  return writeMidi({ ...score, name: 'musicnet, seed 7' });
}

/** Starts a server as its example's `package.json` would.
 *  @returns once it listens */
async function start(
  folder: string,
  [program, ...args]: string[],
): Promise<{ origin: string } & AsyncDisposable> {
  const cwd = folderOf(folder);
  const path = [join(cwd, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
  const server = spawn(program, args, {
    cwd,
    env: { ...ENVIRONMENT, PATH: path },
    // A group of its own: what npm starts is often a program that starts the real one.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(server, 'close');
  let said = '';
  const origin = await new Promise<string>((resolve, reject) => {
    for (const stream of [server.stdout, server.stderr]) {
      stream.on('data', (data: Buffer) => {
        said += data.toString();
        const address = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
        if (address) resolve(address);
      });
    }
    ended.then(() => reject(new Error(`${program} did not start:\n${said}`)), reject);
  });
  return {
    origin,
    [Symbol.asyncDispose]: async () => {
      process.kill(-server.pid!);
      await ended;
    },
  };
}
