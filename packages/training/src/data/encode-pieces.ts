// Last part of a preparation: the stored music of the planned pieces becomes tokens, in worker processes, in the order
// of the plan. What has been written survives an interruption.
import { mergeGridLosses, type GridLoss } from '@ostinato/core';
import * as z from 'zod';
import { CorpusError } from './corpus-error.js';
import { BYTES_PER_TOKEN, type CorpusPiece } from './corpus-format.js';
import { hashBytes } from './hash.js';
import type { LedgerEntry } from './ledger.js';
import type { CorpusPlan, PlannedPiece } from './plan.js';
import type { CountFile } from './progress.js';
import { AppendLog } from './work/append-log.js';
import { inOrder } from './work/in-order.js';
import type { FileWorkers } from './workers/file-workers.js';
import { packedGridLossSchema, unpackGridLoss } from './workers/packed-grid-loss.js';

/** The file in which the music of pieces lies. */
export interface MusicStore {
  readonly file: string;
  /** For messages: what it belongs to, and what to do if it is damaged. */
  readonly name: string;
  readonly remedy: string;
}

export interface EncodeRequest {
  readonly plan: CorpusPlan;
  /** By the numbers that pieces have for them. */
  readonly stores: readonly MusicStore[];
  readonly tokenizer: { readonly file: string; readonly hash: string };
  /** Where the tokens go, and the journal of what is in them. */
  readonly tokensFile: string;
  readonly journalFile: string;
  readonly workers: Pick<FileWorkers, 'jobs' | 'encode'>;
  readonly tell: CountFile;
  readonly signal: AbortSignal | undefined;
}

export interface EncodedPieces {
  readonly pieces: readonly CorpusPiece[];
  readonly ledger: readonly LedgerEntry[];
  readonly loss: GridLoss;
  /** SHA-256 of the file of tokens. */
  readonly tokensHash: string;
}

/** Pieces that may be ahead of the one that is written next. A piece is a few 100 KB at most. */
const WINDOW_PER_JOB = 16;

const count = z.int().nonnegative();
const entrySchema = z.union([
  z.strictObject({
    offset: count,
    tokens: z.int().min(2),
    notes: z.int().positive(),
    transposition: z.strictObject({ down: z.int().nonpositive(), up: count }),
    loss: packedGridLossSchema,
  }),
  z.strictObject({ code: z.string(), message: z.string() }),
]);
type Entry = z.infer<typeof entrySchema>;

/** Encodes the pieces, going on after those that an interrupted run has encoded in the same way. */
export async function encodePieces(request: EncodeRequest): Promise<EncodedPieces> {
  const { plan, workers, tell, signal } = request;
  await using log = await AppendLog.open<Entry>({
    data: request.tokensFile,
    journal: request.journalFile,
    header: JSON.stringify({ encoding: hashOfWork(request) }),
    parse: (line) => entrySchema.safeParse(line).data,
    endOf: (entry) => ('offset' in entry ? (entry.offset + entry.tokens) * BYTES_PER_TOKEN : 0),
  });
  const result = new Encoded();
  for (const [index, entry] of log.found.entries()) {
    result.add(plan.pieces[index], entry);
    tell(plan.pieces[index].path, true);
  }
  const rest = plan.pieces.slice(log.found.length);
  const encode = (piece: PlannedPiece): Promise<Encoding> => encodePiece(piece, request);
  for await (const [piece, { tokens, entryAt }] of inOrder(
    rest,
    workers.jobs * WINDOW_PER_JOB,
    encode,
  )) {
    signal?.throwIfAborted();
    result.add(piece, log.append(tokens, entryAt));
    await log.settle();
    tell(piece.path);
  }
  const { pieces, ledger, loss } = result;
  return { pieces, ledger, loss, tokensHash: await log.hash() };
}

/** Everything that decides which tokens come out. */
function hashOfWork({ plan, tokenizer }: EncodeRequest): string {
  const pieces = plan.pieces.map(({ path, kind, bytesHash, labels }) =>
    JSON.stringify([path, kind, bytesHash, labels]),
  );
  return hashBytes([tokenizer.hash, ...pieces].join('\n'));
}

interface Encoding {
  readonly tokens: Uint8Array;
  readonly entryAt: (byte: number) => Entry;
}

async function encodePiece(
  { path, kind, bytesHash, labels, music }: PlannedPiece,
  { stores, tokenizer, workers }: EncodeRequest,
): Promise<Encoding> {
  const store = stores[music.store];
  const result = await workers.encode({
    path,
    kind,
    bytesHash,
    labels,
    store: store.file,
    offset: music.offset,
    bytes: music.bytes,
    tokenizer: tokenizer.file,
  });
  if (result === 'damaged') throw damaged(store, path);
  if ('code' in result) return { tokens: new Uint8Array(), entryAt: () => result };
  const { tokens, notes, transposition, loss } = result;
  const entryAt = (byte: number): Entry => ({
    offset: byte / BYTES_PER_TOKEN,
    tokens: tokens.length / BYTES_PER_TOKEN,
    notes,
    transposition,
    loss,
  });
  return { tokens, entryAt };
}

/** What has been encoded so far. */
class Encoded {
  readonly pieces: CorpusPiece[] = [];
  readonly ledger: LedgerEntry[] = [];
  loss = mergeGridLosses([]);

  add({ path, warnings, split, group, labels }: PlannedPiece, entry: Entry): void {
    if ('code' in entry) {
      const { code, message } = entry;
      this.ledger.push({ path, status: 'dropped', code, message });
      return;
    }
    const { offset, tokens, notes, transposition, loss } = entry;
    this.loss = mergeGridLosses([this.loss, unpackGridLoss(loss)]);
    this.pieces.push({ path, split, group, labels, offset, tokens, notes, transposition });
    this.ledger.push(
      warnings.length > 0 ? { path, status: 'repaired', warnings } : { path, status: 'kept' },
    );
  }
}

function damaged({ name, remedy }: MusicStore, path: string): CorpusError {
  return new CorpusError(
    'damaged',
    `${name}: the music of ${path} is not what was put there; ${remedy}`,
  );
}
