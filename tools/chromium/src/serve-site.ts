// A web site for a test, on a free port of this machine.
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

export interface SiteOptions {
  /** Contents by path, such as `/index.html`; they come before the folders. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Folders by the beginning of the path, such as `/models/`. */
  readonly folders?: Readonly<Record<string, string>>;
  /** With the headers that isolate a page (COOP and COEP), which allow threads. Default: without. */
  readonly isolated?: boolean;
  /** Sent with every answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** With gzip, as static hosts do; a path is compressed once. Default: as it is. */
  readonly compressed?: boolean;
}

export interface Site extends AsyncDisposable {
  /** Such as `http://127.0.0.1:49152`. */
  readonly origin: string;
  /** The paths asked for, in their order. Clear it at will. */
  readonly requests: string[];
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'cross-origin',
};

const toGzip = promisify(gzip);

/** Serves files and folders until it is disposed of. */
export async function serveSite(options: SiteOptions): Promise<Site> {
  const requests: string[] = [];
  const compressed = options.compressed ? new Map<string, Buffer>() : undefined;
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://site').pathname);
    requests.push(path);
    answer(options, path, response, compressed).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  { files = {}, folders = {}, isolated = false, headers = {} }: SiteOptions,
  path: string,
  response: ServerResponse,
  compressed: Map<string, Buffer> | undefined,
): Promise<void> {
  const sent = {
    'content-type':
      TYPES[path.endsWith('/') ? '.html' : extname(path)] ?? 'application/octet-stream',
    'cache-control': 'no-store',
    ...(isolated ? ISOLATION : {}),
    ...headers,
  };
  const content = files[path];
  const file = content === undefined ? await findFile(folders, path) : undefined;
  if (content === undefined && !file) {
    response.writeHead(404, sent).end();
    return;
  }
  if (compressed) {
    const whole = compressed.get(path) ?? (await toGzip(content ?? (await readFile(file!.name))));
    compressed.set(path, whole);
    const encoding = { 'content-encoding': 'gzip', 'content-length': whole.length };
    response.writeHead(200, { ...sent, ...encoding }).end(whole);
    return;
  }
  if (!file) {
    const body = Buffer.from(content);
    response.writeHead(200, { ...sent, 'content-length': body.length }).end(body);
    return;
  }
  response.writeHead(200, { ...sent, 'content-length': file.bytes });
  await pipeline(createReadStream(file.name), response);
}

async function findFile(
  folders: Readonly<Record<string, string>>,
  path: string,
): Promise<{ name: string; bytes: number } | undefined> {
  for (const [prefix, folder] of Object.entries(folders)) {
    if (!path.startsWith(prefix)) continue;
    const name = join(folder, normalize(`/${path.slice(prefix.length)}`));
    const found = await stat(name).catch(() => undefined);
    if (found?.isFile()) return { name, bytes: found.size };
  }
  return undefined;
}
