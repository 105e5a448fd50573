// JSON from clients, read as all programs understand it (RFC 7493): what is unclear is refused.
import { ProblemError } from '../problem/problem.js';

/** Commas and colons of a text: its values take time to check, in the thread that answers. A primer of 2,000 notes has
 *  20,000; a MIDI file in base64 counts as one value. */
const MOST_MARKS = 32_768;

/** @param what it is, for messages
 *  @throws {ProblemError} `invalid-request` where it is not UTF-8, not JSON, or names something twice; `outside-limits`
 *    where it has too many values */
export function parseJson(bytes: ArrayBuffer, what: string): unknown {
  const text = decodeUtf8(bytes, what);
  checkMarks(text, what);
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

function checkMarks(text: string, what: string): void {
  let marks = 0;
  for (const mark of [',', ':']) {
    for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + 1)) marks++;
  }
  if (marks <= MOST_MARKS) return;
  const detail = `${what}: expected at most ${MOST_MARKS} commas and colons, found ${marks}; send long music as a MIDI file`;
  throw new ProblemError('outside-limits', detail);
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
