// Ids of events: where a stream is, and of which request. With its id a client goes on after any event, on any server that
// has the same model.
import type { ServedModel } from '../app-options.js';
import { ProblemError } from '../problem/problem.js';
import type { ComposeRequest } from '../schemas/compose-schemas.js';

/** What an id says. */
export interface EventId {
  /** How many notes the client has; Infinity after the last event. */
  readonly notes: number;
  readonly digest: string;
  /** The seed that the server chose where the request has none. */
  readonly seed: number | undefined;
}

const ID = /^(\d{1,7}|end)\.([0-9a-f]{16})(?:\.(\d{1,10}))?$/;

/** What follows the position in every id of a stream. @param seed as in `EventId` */
export function idSuffix(digest: string, seed: number | undefined): string {
  return seed === undefined ? `.${digest}` : `.${digest}.${seed}`;
}

/** @throws {ProblemError} `invalid-request` */
export function parseEventId(text: string): EventId {
  const [, position, digest, seed] = ID.exec(text) ?? [];
  if (position === undefined || Number(seed ?? 0) >= 2 ** 32) {
    const detail = 'Last-Event-ID: expected the id of an event of this stream';
    throw new ProblemError('invalid-request', detail);
  }
  return {
    notes: position === 'end' ? Infinity : Number(position),
    digest,
    seed: seed === undefined ? undefined : Number(seed),
  };
}

/** @throws {ProblemError} `conflict` if an id is of another request, seed or model */
export function checkDigest(id: EventId, digest: string): void {
  if (id.digest === digest) return;
  const detail =
    'Last-Event-ID is of another request, seed or model; ask as for the first time, or leave it out to begin anew';
  throw new ProblemError('conflict', detail);
}

/** Stands for everything that decides which notes a request gives: 64 bits of a SHA-256, in hexadecimal. */
export async function digestOf(
  { manifest, tokenizer }: Pick<ServedModel, 'manifest' | 'tokenizer'>,
  { labels = {}, ...request }: ComposeRequest,
  seed: number | string,
): Promise<string> {
  const model = [tokenizer.hash, manifest.sampling, manifest.graphs];
  const entries = Object.entries({ ...request, seed: String(seed) });
  const facts = [model, entries.sort(byName), Object.entries(labels).sort(byName)];
  const bytes = new TextEncoder().encode(JSON.stringify(facts));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
