// One file of a model from the network: in pieces if the connection breaks, and checked before anybody gets it.
import { ArtifactError } from '../artifact-error.js';
import type { AsyncHashFunction } from '../hash.js';
import type { FileEntry } from '../manifest.js';
import { verifyFileWith } from '../verify.js';
import { shownAddress } from './address.js';
import type { PartialDownload } from './artifact-cache.js';
import { ModelSourceError } from './model-source-error.js';
import { type Answer, request, type RequestOptions } from './request.js';
import { withRetries } from './retries.js';

export interface DownloadOptions extends RequestOptions {
  readonly hash: AsyncHashFunction;
  /** See `RetryOptions`. */
  readonly pauseMs: number;
  /** @param done bytes of the file that are there
   *  @param arrived how many of them just came */
  readonly onBytes: (done: number, arrived: number) => void;
}

/** Downloads a file, from where `partial` ends. What was put together from several answers is checked by its hash as a
 *  whole, and if that is wrong (the file at the address changed in between) it is downloaded anew. So nothing depends
 *  on what a server says of versions (`ETag`), and what one server began another may finish.
 *  @throws {ModelSourceError} `too-large` as soon as more comes than the manifest says
 *  @throws {ArtifactError} `wrong-size` or `wrong-hash`; nothing is kept then
 *  @throws the reason of `signal`; what has come is kept */
export async function download(
  url: string,
  entry: FileEntry,
  partial: PartialDownload,
  options: DownloadOptions,
): Promise<Uint8Array> {
  const file = new FileInProgress(entry, partial, options);
  let furthest = file.length;
  const hasAdvanced = (): boolean => {
    const before = furthest;
    furthest = Math.max(before, file.length);
    return furthest > before;
  };
  const attempt = async (): Promise<void> => {
    const isPieced = file.length > 0;
    await receive(url, file, options);
    const isRight = await file.verify({ orThrow: !isPieced });
    if (isRight) return;
    await receive(url, file, options);
    await file.verify({ orThrow: true });
  };
  await withRetries(attempt, { ...options, hasAdvanced });
  await partial.finish(file.content);
  return file.content;
}

/** The bytes of a file that are there: in memory, and in what keeps them for the next time. */
class FileInProgress {
  readonly #entry: FileEntry;
  readonly #partial: PartialDownload;
  readonly #hash: AsyncHashFunction;
  readonly #onBytes: DownloadOptions['onBytes'];
  #content: Uint8Array | undefined;
  #length = 0;

  constructor(entry: FileEntry, partial: PartialDownload, { hash, onBytes }: DownloadOptions) {
    this.#entry = entry;
    this.#partial = partial;
    this.#hash = hash;
    this.#onBytes = onBytes;
    this.#keep(partial.received, 0);
  }

  get length(): number {
    return this.#length;
  }

  get isWhole(): boolean {
    return this.#length === this.#entry.bytes;
  }

  /** To be asked for when it is whole. */
  get content(): Uint8Array {
    return this.#content ?? new Uint8Array(0);
  }

  get entry(): FileEntry {
    return this.#entry;
  }

  async append(chunk: Uint8Array): Promise<void> {
    this.#keep(chunk, chunk.length);
    await this.#partial.append(chunk);
  }

  /** Checks the whole file, and forgets it if it is wrong. */
  async verify({ orThrow }: { orThrow: boolean }): Promise<boolean> {
    try {
      await verifyFileWith(this.#hash, this.#entry, this.content);
      return true;
    } catch (error) {
      await this.clear();
      if (orThrow) throw error;
      return false;
    }
  }

  async clear(): Promise<void> {
    this.#length = 0;
    await this.#partial.clear();
  }

  #keep(chunk: Uint8Array, arrived: number): void {
    // A manifest may say what it likes; the memory is taken when a server has begun to send.
    if (chunk.length === 0) return;
    this.#content ??= new Uint8Array(this.#entry.bytes);
    this.#content.set(chunk, this.#length);
    this.#length += chunk.length;
    this.#onBytes(this.#length, arrived);
  }
}

/** Asks for what is missing and takes it. */
async function receive(url: string, file: FileInProgress, options: DownloadOptions): Promise<void> {
  if (file.isWhole) return;
  const headers = file.length > 0 ? rangeHeaders(file.length) : {};
  const isTaken = await request(url, { ...options, headers }, async (answer) => {
    if (file.length > 0 && !continues(answer, file)) {
      await file.clear(); // the server does not know of ranges, or has another file
      if (answer.status !== 200) return false;
    }
    checkLength(file, answer);
    await readInto(file, answer, url);
    return true;
  });
  if (!isTaken) await receive(url, file, options);
}

/** A range counts in the bytes that are sent, so they must not be packed. Pages do not let programs set the second
 *  header, and set it themselves where there is a range. */
function rangeHeaders(from: number): Record<string, string> {
  return { range: `bytes=${from}-`, 'accept-encoding': 'identity' };
}

function continues(answer: Answer, file: FileInProgress): boolean {
  if (answer.status !== 206 || isPacked(answer)) return false;
  const range = answer.header('content-range');
  if (range === null) return answer.hidesHeaders; // the hash will tell
  const [, first, size] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(range) ?? [];
  return Number(first) === file.length && (size === '*' || Number(size) === file.entry.bytes);
}

/** Tells a wrong file by what the server says of it, before a byte of it has come. */
function checkLength({ entry, length }: FileInProgress, answer: Answer): void {
  const said = answer.header('content-length');
  if (said === null || answer.hidesHeaders || isPacked(answer)) return;
  const found = length + Number(said);
  if (found > entry.bytes) throw tooLarge(entry);
  if (found < entry.bytes) {
    const sizes = `expected ${entry.bytes} bytes, the server has ${found}`;
    throw new ArtifactError('wrong-size', `${entry.file}: ${sizes}; is the artifact whole there?`);
  }
}

async function readInto(file: FileInProgress, answer: Answer, url: string): Promise<void> {
  const { bytes } = file.entry;
  for (let chunk = await answer.read(); chunk !== undefined; chunk = await answer.read()) {
    if (file.length + chunk.length > bytes) {
      await file.clear();
      throw tooLarge(file.entry);
    }
    await file.append(chunk);
  }
  if (!file.isWhole) {
    const found = `the connection ended after ${file.length} of ${bytes} bytes`;
    throw new ModelSourceError('network', `${shownAddress(url)}: ${found}; try again`);
  }
}

function isPacked(answer: Answer): boolean {
  const encoding = answer.header('content-encoding');
  return encoding !== null && encoding !== 'identity';
}

function tooLarge({ file, bytes }: FileEntry): ModelSourceError {
  const message = `${file}: the manifest says ${bytes} bytes, the server sends more; it was not taken`;
  return new ModelSourceError('too-large', message);
}
