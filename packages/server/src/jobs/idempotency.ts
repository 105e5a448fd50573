// The name that a client gives to a submission, so that sending it twice makes one job (draft-ietf-httpapi-idempotency-key).
import { ProblemError } from '../problem/problem.js';
import type { JobSubmission } from './job-queue.js';

/** A string of RFC 9651, or the same without its quotes, which many clients send. */
const KEY =
  /^(?:"(?<quoted>[\x21\x23-\x5b\x5d-\x7e ]{1,255})"|(?<plain>[\x21\x23-\x5b\x5d-\x7e]{1,255}))$/;

/** @param header of `Idempotency-Key`
 *  @param body as it was parsed
 *  @throws {ProblemError} `invalid-request` */
export async function readIdempotency(
  header: string | undefined,
  body: unknown,
): Promise<JobSubmission['idempotency']> {
  if (header === undefined) return undefined;
  const { quoted, plain } = KEY.exec(header)?.groups ?? {};
  const key = quoted ?? plain;
  if (key === undefined) {
    const expected = '1..255 printable ASCII characters in quotes, no quote or backslash inside';
    throw new ProblemError('invalid-request', `Idempotency-Key: expected ${expected}`);
  }
  const bytes = new TextEncoder().encode(JSON.stringify(sorted(body)));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return { key, fingerprint: btoa(String.fromCharCode(...hash)) };
}

/** The same value with the keys of all objects in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
