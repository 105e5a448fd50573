// What kind of body a request has.
import type { Context } from 'hono';
import { ProblemError } from '../problem/problem.js';

/** The media type of a body in lower case, without parameters; undefined where none is given. */
export function mediaTypeOf(c: Context): string | undefined {
  return c.req.header('content-type')?.split(';')[0].trim().toLowerCase();
}

/** @throws {ProblemError} `unsupported-media-type`, always */
export function refuseMediaType(c: Context, expected: readonly string[]): never {
  const found = mediaTypeOf(c) ?? 'none';
  const detail = `content-type: expected ${expected.join(', ')}, found ${found}`;
  const headers = { 'accept-post': expected.join(', ') };
  throw new ProblemError('unsupported-media-type', detail, { headers });
}
