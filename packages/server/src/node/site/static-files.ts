// The files of a folder, for a browser: compressed beforehand, kept by it, and none but those that were there at the start.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';

/** Names that end like this have a hash of their content in them. */
const HASHED = /-[\w-]{8}\.[a-z0-9]+$/;
/** Compressed forms of a file beside it. */
const COMPRESSED = /\.(?:br|gz)$/;

const A_YEAR = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

/** @param folder is read once, now
 *  @param headers of every answer
 *  @returns an app that answers for these files, and 404 for all else */
export async function serveFolder(
  folder: string,
  headers: Readonly<Record<string, string>>,
): Promise<Hono> {
  const tags = await readTags(folder);
  const app = new Hono();
  app.get(
    '*',
    async (c, next) => {
      const name = c.req.path.endsWith('/') ? `${c.req.path}index.html` : c.req.path;
      const tag = tags.get(name);
      if (tag === undefined) return c.notFound();
      c.header('etag', tag);
      c.header('cache-control', HASHED.test(name) ? A_YEAR : ASK_AGAIN);
      c.header('vary', 'accept-encoding');
      for (const [header, value] of Object.entries(headers)) c.header(header, value);
      return next();
    },
    serveStatic({ root: folder, precompressed: true }),
  );
  return app;
}

/** Entity tags by the path of the file, weak as they stand for its compressed forms too. */
async function readTags(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const tags = new Map<string, string>();
  for (const entry of entries) {
    if (!entry.isFile() || COMPRESSED.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const digest = createHash('sha256')
      .update(await readFile(file))
      .digest('base64url');
    tags.set(`/${relative(folder, file).replaceAll(sep, '/')}`, `W/"${digest.slice(0, 22)}"`);
  }
  return tags;
}
