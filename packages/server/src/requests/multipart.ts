// The parts of a multipart/form-data body.
import type { Context } from 'hono';
import { ProblemError } from '../problem/problem.js';

const MOST_PARTS = 8;

/** Parts by name, each as its bytes.
 *  @throws {ProblemError} `invalid-request` if the body cannot be read, has many parts, or one twice */
export async function readParts(c: Context): Promise<Map<string, ArrayBuffer>> {
  checkPartCount(c.req.header('content-type')!, await c.req.arrayBuffer());
  const parts = new Map<string, ArrayBuffer>();
  for (const [name, value] of await readForm(c)) {
    if (parts.has(name)) {
      throw new ProblemError('invalid-request', `part "${name}": expected once, found again`);
    }
    parts.set(name, await new Response(value).arrayBuffer());
  }
  return parts;
}

/** Runtimes take seconds to read a form of thousands of parts: they are counted beforehand. */
function checkPartCount(contentType: string, bytes: ArrayBuffer): void {
  const boundary = /;\s*boundary="?([^";]+)/i.exec(contentType)?.[1];
  if (boundary === undefined) return; // refused by the runtime
  const delimiter = `--${boundary}`;
  const text = new TextDecoder('latin1').decode(bytes);
  let found = -1; // the last delimiter ends the form
  for (let at = text.indexOf(delimiter); at !== -1; at = text.indexOf(delimiter, at + 1)) found++;
  if (found <= MOST_PARTS) return;
  const detail = `the body: expected at most ${MOST_PARTS} parts, found ${found}`;
  throw new ProblemError('invalid-request', detail);
}

async function readForm(c: Context): Promise<FormData> {
  try {
    return await c.req.formData();
  } catch (cause) {
    const detail = 'the body: expected multipart/form-data with its boundary, found something else';
    throw new ProblemError('invalid-request', detail, { cause });
  }
}
