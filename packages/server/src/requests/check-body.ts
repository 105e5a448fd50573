// What is checked of every body before a route sees it: that its bytes mean what its headers say.
import type { MiddlewareHandler } from 'hono';
import { createTurns } from '../next-task.js';
import { ProblemError } from '../problem/problem.js';
import { parseJson } from './json-text.js';
import { mediaTypeOf } from './media-type.js';

/** Bytes of JSON that take the thread that answers less than a millisecond. */
const SMALL = 65_536;

/** Bodies come as they are, without a content coding; JSON is UTF-8, well-formed and without a name given twice. Of many
 *  long ones that come together each is read in a turn of its own, and others are answered in between. */
export function checkBodies(): MiddlewareHandler {
  const ownTurn = createTurns();
  return async (c, next) => {
    const coding = c.req.header('content-encoding')?.trim().toLowerCase() ?? 'identity';
    if (coding !== 'identity') {
      const detail = `content-encoding: expected none, found ${coding}; send the body as it is`;
      throw new ProblemError('unsupported-media-type', detail, {
        headers: { 'accept-encoding': 'identity' },
      });
    }
    if (/^application\/([\w.-]+\+)?json$/.test(mediaTypeOf(c) ?? '')) {
      checkCharset(c.req.header('content-type')!);
      const bytes = await c.req.arrayBuffer();
      if (bytes.byteLength > SMALL) await ownTurn();
      parseJson(bytes, 'the body'); // the route's schema reads it again, as it stands
    }
    await next();
  };
}

function checkCharset(contentType: string): void {
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType)?.[1].toLowerCase();
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8') return;
  const detail = `content-type: expected UTF-8, found charset ${charset}`;
  throw new ProblemError('unsupported-media-type', detail);
}
