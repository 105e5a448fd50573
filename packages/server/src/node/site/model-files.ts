// The files of models, for pages that compose by themselves.
import { extname } from 'node:path';
import { Hono } from 'hono';
import type { Manifest } from '@ostinato/core';

/** What a page needs of a model: contents by name, `manifest.json` among them. */
export interface PageModel {
  readonly manifest: Manifest;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
};

/** Where a page finds a model, relative to its own address. The seal in it stands for all files of the model, so a browser
 *  may keep them as long as it likes: another model has another address. */
export function modelAddress(name: string, { manifest }: PageModel): string {
  return `./models/${name}/?sha256=${manifest.sha256.slice(0, 16)}`;
}

/** @returns an app that answers for `/models/<name>/<file>`, and 404 for all else */
export function serveModelFiles(
  models: Readonly<Record<string, PageModel>>,
  headers: Readonly<Record<string, string>>,
): Hono {
  const app = new Hono();
  app.get('/models/:model/:file', (c) => {
    const { model: name, file } = c.req.param();
    const model = Object.hasOwn(models, name) ? models[name] : undefined;
    const content = model?.files.get(file);
    if (!model || !content) return c.notFound();
    const { sha256 } = model.manifest;
    const asked = c.req.query('sha256');
    const isThisOne = asked !== undefined && asked.length >= 16 && sha256.startsWith(asked);
    return c.body(content as Uint8Array<ArrayBuffer>, 200, {
      ...headers,
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': String(content.length),
      etag: `"${sha256.slice(0, 16)}-${file}"`,
      'cache-control': isThisOne ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
  });
  return app;
}
