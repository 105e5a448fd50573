// A corpus on disk, opened for training: a table of pieces in memory, their tokens read when they are asked for.
import { createHash } from 'node:crypto';
import { open, readFile, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { OstinatoError, parseTokenizer, type Tokenizer } from '@ostinato/core';
import type * as z from 'zod';
import { CorpusError } from './corpus-error.js';
import {
  BYTES_PER_TOKEN,
  CORPUS_FILES,
  corpusSchema,
  pieceSchema,
  type CorpusDescription,
  type CorpusPiece,
} from './corpus-format.js';
import { SPLITS, type Split } from './split.js';

/** An open corpus. Hold one for the whole training run and close it at its end. */
export interface Corpus extends AsyncDisposable {
  /** SHA-256 of `corpus.json`, which names the hashes of everything else: equal for equal data. */
  readonly id: string;
  readonly description: CorpusDescription;
  readonly tokenizer: Tokenizer;
  /** Of a mix: what it is mixed of. Left out otherwise. */
  readonly parts?: readonly CorpusPart[];

  /** The pieces of a split, in the order of the source. */
  pieces(split: Split): readonly CorpusPiece[];

  /** The tokens of a piece; the caller owns the array.
   *  @throws {CorpusError} if the file ends early or holds tokens that the tokenizer does not know */
  readTokens(piece: CorpusPiece): Promise<Uint16Array>;

  /** Closes the file of tokens. Calling it again does nothing. */
  close(): Promise<void>;
}

/** A corpus in a mix. */
export interface CorpusPart {
  readonly corpus: Corpus;
  /** Its share of the tokens that training draws is this over the sum of all weights; > 0. */
  readonly weight: number;
}

/** Opens a corpus that `prepareCorpus` wrote.
 *  @throws {CorpusError} if a file is missing, is not of this version, or does not match the others
 *  @example
 *  await using corpus = await openCorpus('corpora/musicnet');
 *  const [first] = corpus.pieces('train');
 *  const tokens = await corpus.readTokens(first); */
export async function openCorpus(folder: string): Promise<Corpus> {
  const descriptionText = await readText(folder, CORPUS_FILES.corpus);
  const description = parseDescription(descriptionText);
  const tokenizer = await readTokenizer(folder, description);
  const pieces = await readPieces(folder, description);
  const tokens = await openTokens(folder, description);
  return new OpenCorpus(sha256(descriptionText), description, tokenizer, pieces, tokens);
}

class OpenCorpus implements Corpus {
  readonly id: string;
  readonly description: CorpusDescription;
  readonly tokenizer: Tokenizer;
  private readonly bySplit: ReadonlyMap<Split, readonly CorpusPiece[]>;
  private readonly file: FileHandle;

  constructor(
    id: string,
    description: CorpusDescription,
    tokenizer: Tokenizer,
    pieces: readonly CorpusPiece[],
    file: FileHandle,
  ) {
    this.id = id;
    this.description = description;
    this.tokenizer = tokenizer;
    this.file = file;
    this.bySplit = new Map(
      SPLITS.map((split) => [split, pieces.filter((piece) => piece.split === split)]),
    );
  }

  pieces(split: Split): readonly CorpusPiece[] {
    return this.bySplit.get(split) ?? [];
  }

  async readTokens({ offset, tokens: count, path }: CorpusPiece): Promise<Uint16Array> {
    const bytes = new Uint8Array(count * BYTES_PER_TOKEN);
    const { bytesRead } = await this.file.read(bytes, 0, bytes.length, offset * BYTES_PER_TOKEN);
    if (bytesRead !== bytes.length) {
      throw damaged(`${CORPUS_FILES.tokens}: ends inside the tokens of ${path}`);
    }
    const view = new DataView(bytes.buffer);
    const tokens = new Uint16Array(count);
    for (let index = 0; index < count; index++) {
      const token = view.getUint16(index * BYTES_PER_TOKEN, true);
      if (token >= this.tokenizer.vocabularySize) {
        throw damaged(
          `${CORPUS_FILES.tokens}: token ${token} in ${path}, but the vocabulary has ` +
            `${this.tokenizer.vocabularySize}`,
        );
      }
      tokens[index] = token;
    }
    return tokens;
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function parseDescription(text: string): CorpusDescription {
  return parseJson(CORPUS_FILES.corpus, text, corpusSchema);
}

async function readTokenizer(
  folder: string,
  { tokenizer: expected }: CorpusDescription,
): Promise<Tokenizer> {
  const text = await readText(folder, CORPUS_FILES.tokenizer);
  let tokenizer: Tokenizer;
  try {
    tokenizer = parseTokenizer(text);
  } catch (cause) {
    if (!(cause instanceof OstinatoError)) throw cause;
    throw new CorpusError('foreign-tokenizer', `${CORPUS_FILES.tokenizer}: ${cause.message}`, {
      cause,
    });
  }
  if (tokenizer.hash !== expected.hash || tokenizer.vocabularySize !== expected.vocabularySize) {
    throw new CorpusError(
      'foreign-tokenizer',
      `${CORPUS_FILES.tokenizer}: its hash is ${tokenizer.hash}, but the corpus was made with ${expected.hash}; ` +
        'prepare the corpus again',
    );
  }
  return tokenizer;
}

async function readPieces(folder: string, description: CorpusDescription): Promise<CorpusPiece[]> {
  const text = await readText(folder, CORPUS_FILES.pieces);
  if (sha256(text) !== description.sha256.pieces) throw notTheFile(CORPUS_FILES.pieces);
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line, index) =>
    parseJson(`${CORPUS_FILES.pieces}:${index + 1}`, line, pieceSchema),
  );
}

async function openTokens(
  folder: string,
  { tokens, sha256: hashes }: CorpusDescription,
): Promise<FileHandle> {
  const file = await openFile(folder, CORPUS_FILES.tokens);
  try {
    const { size } = await file.stat();
    if (size !== tokens * BYTES_PER_TOKEN) {
      throw damaged(
        `${CORPUS_FILES.tokens}: expected ${tokens * BYTES_PER_TOKEN} bytes (${tokens} tokens), found ${size}`,
      );
    }
    if ((await hashOf(file)) !== hashes.tokens) throw notTheFile(CORPUS_FILES.tokens);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** SHA-256 of a whole file, read piece by piece; the file stays open. */
async function hashOf(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const content = file.createReadStream({ start: 0, autoClose: false });
  for await (const chunk of content as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}

function parseJson<T>(where: string, text: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(`${where}: not JSON`, cause);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw damaged(
    `${where}: ${issue?.path.join('.') || 'content'}: ${issue?.message ?? 'not valid'}`,
    result.error,
  );
}

async function readText(folder: string, name: string): Promise<string> {
  return fromFile(folder, name, (path) => readFile(path, 'utf8'));
}

async function openFile(folder: string, name: string): Promise<FileHandle> {
  return fromFile(folder, name, (path) => open(path, 'r'));
}

async function fromFile<T>(
  folder: string,
  name: string,
  read: (path: string) => Promise<T>,
): Promise<T> {
  const path = join(folder, name);
  try {
    if ((await stat(path)).isFile()) return await read(path);
  } catch (cause) {
    throw missing(folder, name, (cause as NodeJS.ErrnoException).code ?? 'unknown error', cause);
  }
  throw missing(folder, name, 'not a file'); // opening a pipe would wait for ever
}

function missing(folder: string, name: string, reason: string, cause?: unknown): CorpusError {
  return new CorpusError(
    'missing-file',
    `${folder}: expected a corpus, but ${name} cannot be read (${reason}); make one with prepare`,
    { cause },
  );
}

function notTheFile(name: string): CorpusError {
  return damaged(`${name}: it is not the file that ${CORPUS_FILES.corpus} was written with`);
}

function damaged(message: string, cause?: unknown): CorpusError {
  return new CorpusError('damaged', `${message}; prepare the corpus again`, { cause });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
