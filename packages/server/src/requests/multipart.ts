// The parts of a multipart/form-data body.
import type { Context } from 'hono';
import { ProblemError } from '../problem/problem.js';

/** Parts by name, each as its bytes.
 *  @throws {ProblemError} `invalid-request` if the body cannot be read, or a part is there twice */
export async function readParts(c: Context): Promise<Map<string, ArrayBuffer>> {
  const parts = new Map<string, ArrayBuffer>();
  for (const [name, value] of await readForm(c)) {
    if (parts.has(name)) {
      throw new ProblemError('invalid-request', `part "${name}": expected once, found again`);
    }
    parts.set(name, await new Response(value).arrayBuffer());
  }
  return parts;
}

async function readForm(c: Context): Promise<FormData> {
  try {
    return await c.req.formData();
  } catch (cause) {
    const detail = 'the body: expected multipart/form-data with its boundary, found something else';
    throw new ProblemError('invalid-request', detail, { cause });
  }
}
