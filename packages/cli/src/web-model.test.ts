// A model on the web through the real binary: downloaded once, kept, interrupted and resumed.
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Finished, runOstinato, type RunOptions } from './testing/run-ostinato.js';

const MODEL = fileURLToPath(new URL('../../../models/musicnet/', import.meta.url));

let cwd: string;
let server: Server;
let address: string;
/** File and range of each request. */
const requests: string[] = [];
/** Bytes of a graph after which the server stops sending; the small files do not come at all then. */
let holdsAfter = Infinity;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'ostinato-web-model-'));
  server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/musicnet`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(cwd, { recursive: true });
});
beforeEach(() => {
  requests.length = 0;
  holdsAfter = Infinity;
});

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const file = request.url?.split('/').at(-1) ?? '';
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  requests.push(start > 0 ? `${file} resumed` : file);
  if (holdsAfter < Infinity && !/manifest|onnx/.test(file)) return;
  const { size } = await stat(join(MODEL, file));
  response.writeHead(start > 0 ? 206 : 200, {
    'content-length': size - start,
    ...(start > 0 && { 'content-range': `bytes ${start}-${size - 1}/${size}` }),
  });
  const end = file.endsWith('.onnx') ? Math.min(size, start + holdsAfter) : size;
  const content = createReadStream(join(MODEL, file), { start, end: end - 1 });
  content.pipe(response, { end: end === size });
}

const run = (command: string, options: RunOptions = {}): Promise<Finished> =>
  runOstinato(command, { cwd, environment: { OSTINATO_CACHE: join(cwd, 'cache') }, ...options });

it('composes what the folder composes, after a download that was interrupted', async () => {
  const length = '--seconds 3 --threads 1';
  const local = await run(`generate --model ${MODEL} ${length} --out local.mid`);
  expect(local.stderr).not.toContain('download');

  holdsAfter = 500_000;
  const interrupt = { signal: 'SIGINT', after: 'downloading; Ctrl-C keeps what has come' } as const;
  const stopped = await run(`generate --model ${address} ${length}`, { interrupt });
  expect(stopped.code).toBe(130);
  expect(stopped.stderr).toContain('interrupted');

  holdsAfter = Infinity;
  requests.length = 0;
  const web = await run(`generate --model ${address} ${length} --out web.mid`);
  expect(web.stderr).not.toContain('ostinato:');
  expect(web.code).toBe(0);
  expect(await readFile(join(cwd, 'web.mid'))).toEqual(await readFile(join(cwd, 'local.mid')));
  expect(requests.filter((request) => request.includes('resumed')).length).toBeGreaterThan(0);
  expect(requests).not.toContain('README.md');

  requests.length = 0;
  const offline = await run(`generate --model ${address} --offline ${length} --out offline.mid`);
  expect(offline.code).toBe(0);
  expect(offline.stderr).not.toContain('download');
  expect(await readFile(join(cwd, 'offline.mid'))).toEqual(await readFile(join(cwd, 'local.mid')));
  expect(requests).toEqual([]);
});

it('shows a model on the web, and one by its name', async () => {
  const web = await run(`inspect ${address}`);
  const name = await run('inspect musicnet');
  expect(web.stdout.split('\n').slice(1)).toEqual(name.stdout.split('\n').slice(1));
  expect(web.stdout).toContain('licence');
  expect(requests).toEqual(['manifest.json']);
});
