// What a worker process does: read one file and tell what is in it, or turn one piece into tokens. Plain data in and
// out, carried by Node's structured clone.
import { readFileSync, readSync, openSync, fstatSync, closeSync } from 'node:fs';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import {
  OstinatoError,
  parseTokenizer,
  vocabularyNeeds,
  type Tokenizer,
  type TranspositionRange,
  type VocabularyNeeds,
} from '@ostinato/core';
import { CorpusError } from '../corpus-error.js';
import { fingerprint, type Fingerprint } from '../fingerprint.js';
import { hashBytes } from '../hash.js';
import type { LedgerWarning } from '../ledger.js';
import { readPiece, type PieceKind } from '../read-piece.js';
import { checkSize, fileStamp } from '../sources/file-stamp.js';
import { MAX_FILE_BYTES } from '../sources/source.js';
import { packGridLoss, type PackedGridLoss } from './packed-grid-loss.js';

/** Why a file, or a piece, gave nothing. */
export interface Fault {
  readonly code: string;
  readonly message: string;
}

export interface ReadTask {
  /** Where the file lies below the source. */
  readonly path: string;
  readonly kind: PieceKind;
  /** The absolute path of a file on the disk, or the bytes of an entry of an archive. */
  readonly content: string | Uint8Array;
}

/** What is known of a piece without its music. */
export interface PieceFacts {
  /** SHA-256 of the file. */
  readonly bytesHash: string;
  readonly fingerprint: Fingerprint;
  readonly notes: number;
  readonly warnings: readonly LedgerWarning[];
  readonly needs: VocabularyNeeds;
}

export interface ReadResult {
  /** Size and time of a file on the disk; empty if it cannot be opened, or came from an archive. */
  readonly stamp: string;
  /** The music is the file itself, deflated. */
  readonly outcome: { readonly facts: PieceFacts; readonly music: Uint8Array } | Fault;
}

export interface EncodeTask {
  readonly path: string;
  readonly kind: PieceKind;
  /** Where its music lies: a file, and the bytes in it. */
  readonly store: string;
  readonly offset: number;
  readonly bytes: number;
  /** SHA-256 that the inflated music must have. */
  readonly bytesHash: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The file of the tokenizer. */
  readonly tokenizer: string;
}

interface EncodedPiece {
  /** Unsigned 16 bits, little-endian. */
  readonly tokens: Uint8Array;
  /** Notes that the vocabulary can say. */
  readonly notes: number;
  readonly transposition: TranspositionRange;
  readonly loss: PackedGridLoss;
}

/** `damaged`: the store does not hold the music that was put there. */
export type EncodeResult = EncodedPiece | Fault | 'damaged';

/** Every file is worth a try; what it throws is its fault, not the end of the preparation. */
export function readFileTask({ path, kind, content }: ReadTask): ReadResult {
  if (typeof content !== 'string') {
    return { stamp: '', outcome: attempt(path, () => examine(kind, content)) };
  }
  let stamp = '';
  const outcome = attempt(path, () => {
    const bytes = readWhole(content, path, (seen) => (stamp = seen));
    return examine(kind, bytes);
  });
  return { stamp, outcome };
}

/** @param onStamp told the stamp of the open file, before it is read */
function readWhole(file: string, path: string, onStamp: (stamp: string) => void): Uint8Array {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    const status = fstatSync(descriptor);
    onStamp(fileStamp(status));
    checkSize(path, status.size);
    return readFileSync(descriptor);
  } catch (cause) {
    if (cause instanceof CorpusError) throw cause;
    const { code = '' } = cause as NodeJS.ErrnoException;
    throw new CorpusError('unreadable', `the file cannot be read (${code})`, { cause });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function examine(kind: PieceKind, bytes: Uint8Array): { facts: PieceFacts; music: Uint8Array } {
  const { score, notes, warnings } = readPiece(kind, bytes);
  const facts = {
    bytesHash: hashBytes(bytes),
    fingerprint: fingerprint(score),
    notes,
    warnings,
    needs: vocabularyNeeds(score),
  };
  return { facts, music: deflateRawSync(bytes, { level: 1 }) };
}

/** Turns the music of a store into tokens. */
export function encodePieceTask(task: EncodeTask): EncodeResult {
  const { path, kind, labels } = task;
  const bytes = readMusic(task);
  if (bytes === undefined) return 'damaged';
  const tokenizer = tokenizerOf(task.tokenizer);
  return attempt(path, () => {
    const { tokens, loss } = tokenizer.encode(readPiece(kind, bytes).score, { labels });
    return {
      tokens: toLittleEndian(tokens),
      notes: loss.notes,
      transposition: tokenizer.transpositionRange(tokens),
      loss: packGridLoss(loss),
    };
  });
}

function readMusic({ store, offset, bytes, bytesHash }: EncodeTask): Uint8Array | undefined {
  const packed = new Uint8Array(bytes);
  if (readSync(fileOf(store), packed, 0, bytes, offset) !== bytes) return undefined;
  try {
    const music = inflateRawSync(packed, { maxOutputLength: MAX_FILE_BYTES });
    return hashBytes(music) === bytesHash ? music : undefined;
  } catch {
    return undefined;
  }
}

function attempt<T>(path: string, work: () => T): T | Fault {
  try {
    return work();
  } catch (error) {
    if (error instanceof OstinatoError) return { code: error.code, message: error.message };
    const what = error instanceof Error ? error.message : String(error);
    return {
      code: 'internal',
      message: `${path}: the reader failed (${what}); please report it with this file`,
    };
  }
}

const files = new Map<string, number>();
const tokenizers = new Map<string, Tokenizer>();

/** A store stays open as long as the process lives. */
function fileOf(path: string): number {
  const file = files.get(path) ?? openSync(path, 'r');
  files.set(path, file);
  return file;
}

function tokenizerOf(path: string): Tokenizer {
  const tokenizer = tokenizers.get(path) ?? parseTokenizer(readFileSync(path, 'utf8'));
  tokenizers.set(path, tokenizer);
  return tokenizer;
}

function toLittleEndian(tokens: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(tokens.length * 2);
  const view = new DataView(bytes.buffer);
  for (const [index, token] of tokens.entries()) view.setUint16(index * 2, token, true);
  return bytes;
}
