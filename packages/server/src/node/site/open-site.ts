// The site of a server: the built studio, the models it plays with, and where the API is.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Hono } from 'hono';
import { etag } from 'hono/etag';
import type { Site } from '../../app-options.js';
import { ServeError } from '../serve-error.js';
import { modelAddress, type PageModel, serveModelFiles } from './model-files.js';
import { serveFolder } from './static-files.js';

/** Isolation gives the page threads; and it may run what it brings, WebAssembly included, and nothing else. */
const HEADERS = {
  'content-security-policy':
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; " +
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-embedder-policy': 'require-corp',
} as const;

export interface SiteOptions {
  /** The studio as its build leaves it: an `index.html`, and files that it loads. */
  readonly folder: string;
  /** By their names here. At least one. */
  readonly models: Readonly<Record<string, PageModel>>;
}

/** @throws {ServeError} `no-site` if the folder has no `index.html` */
export async function openSite({ folder, models }: SiteOptions): Promise<Site> {
  if (!(await stat(join(folder, 'index.html')).catch(() => undefined))?.isFile()) {
    throw new ServeError('no-site', `${folder}: expected the built studio, found no index.html`);
  }
  const description = {
    models: Object.entries(models).map(([name, model]) => ({
      name,
      address: modelAddress(name, model),
    })),
    api: './openapi.json',
  };
  const app = new Hono();
  app.use(etag());
  app.get('/site.json', (c) =>
    c.json(description, 200, { ...HEADERS, 'cache-control': 'no-cache' }),
  );
  app.route('/', serveModelFiles(models, HEADERS));
  app.route('/', await serveFolder(folder, HEADERS));
  return async (request) => {
    const answer = await app.fetch(request);
    return answer.status === 404 ? undefined : answer;
  };
}
