// JSON from clients, read as all programs understand it (RFC 7493): what is unclear is refused.
import { ProblemError } from '../problem/problem.js';

/** @param what it is, for messages
 *  @throws {ProblemError} `invalid-request` where it is not UTF-8, not JSON, or names something twice */
export function parseJson(bytes: ArrayBuffer, what: string): unknown {
  const text = decodeUtf8(bytes, what);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new ProblemError('invalid-request', `${what}: not JSON: ${reason}`, { cause });
  }
  const twice = duplicateKey(text);
  if (twice === undefined) return value;
  throw new ProblemError('invalid-request', `${what}: ${twice} is given twice; give it once`);
}

function decodeUtf8(bytes: ArrayBuffer, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ProblemError('invalid-request', `${what}: expected UTF-8, found other bytes`, {
      cause,
    });
  }
}

/** @param text valid JSON
 *  @returns the first name that stands twice in one object, with its quotes */
function duplicateKey(text: string): string | undefined {
  const open: Set<unknown>[] = []; // the names of each object around this place
  for (const [token, name, colon] of text.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (colon !== undefined) {
      const names = open.at(-1)!;
      const key: unknown = JSON.parse(name);
      if (names.has(key)) return name;
      names.add(key);
    }
  }
  return undefined;
}
