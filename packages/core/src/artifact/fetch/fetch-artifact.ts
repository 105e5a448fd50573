// A model from the web: its manifest, then of its files those that are needed, from the cache or the network, checked.
import {
  type AsyncHashFunction,
  type HashFunction,
  hashInJavaScript,
  hashInSlices,
  HashMemory,
} from '../hash.js';
import {
  type FileEntry,
  type GraphEntry,
  type Manifest,
  manifestFiles,
  parseManifest,
} from '../manifest.js';
import { MANIFEST_FILE } from '../manifest-file.js';
import { verifyFileWith } from '../verify.js';
import {
  type AddressOptions,
  fileAddress,
  manifestAddress,
  parseModelAddress,
  shownAddress,
} from './address.js';
import { type ArtifactCache, beginInMemory } from './artifact-cache.js';
import { download } from './download.js';
import type { Fetch } from './fetch-api.js';
import { ModelSourceError } from './model-source-error.js';
import { createProgressMeter, type DownloadProgress } from './progress.js';
import { request } from './request.js';
import { withRetries } from './retries.js';

// The platform's.
declare const fetch: Fetch;

const MOST_MANIFEST_BYTES = 2 ** 20;

/** Far above any model that this project makes; keeps a hostile manifest from filling memory or disk. */
const MOST_ARTIFACT_BYTES = 2 ** 30;

export interface FetchOptions extends AddressOptions {
  /** Default: nothing is kept. */
  readonly cache?: ArtifactCache | undefined;
  /** Take everything from the cache. Default false. */
  readonly offline?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Default: the platform's. */
  readonly fetch?: Fetch;
  /** A faster one than the default, where the platform has it. Default: JavaScript's, in slices of some milliseconds. */
  readonly hash?: AsyncHashFunction;
  /** How long to wait for the next byte, milliseconds. Default 30,000. */
  readonly stallMs?: number;
  /** The pause before a second try, milliseconds. Default 300. */
  readonly pauseMs?: number;
  /** Called for every piece that comes, so many times a second. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** The clock in milliseconds. */
  readonly now?: () => number;
}

export interface FetchArtifactOptions extends FetchOptions {
  /** Which graphs are needed; the others are not downloaded. */
  readonly choose: (manifest: Manifest) => readonly GraphEntry[];
}

export interface FetchedManifest {
  readonly manifest: Manifest;
  /** The file, as it came. */
  readonly content: Uint8Array;
  /** The address of the folder. */
  readonly base: string;
}

export interface FetchedArtifact {
  readonly manifest: Manifest;
  /** The graphs that were chosen. */
  readonly graphs: readonly GraphEntry[];
  /** What `verifyArtifact` takes, for these graphs: contents by name. Sizes and hashes are right. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** What `verifyArtifact` takes as well: the hashes that were found when the files came, so that nothing is hashed twice. */
  readonly hash: HashFunction;
}

/** Downloads a model: the manifest, the tokenizer, the golden file and the graphs that are needed; no card. Files are
 *  taken from the cache by their hash, and only what fits size and hash is given out or kept. `verifyArtifact` checks the
 *  rest: it has to follow.
 *  @example verifyArtifact(fetched.files, inspectModel, fetched)
 *  @param address of the model's folder: `https://example.org/models/mine/`
 *  @throws {ModelSourceError} if a file cannot be had
 *  @throws {ArtifactError} if the files are not those of the manifest
 *  @throws the reason of `signal`; what has come is kept for the next time where the cache can */
export async function fetchArtifact(
  address: string,
  options: FetchArtifactOptions,
): Promise<FetchedArtifact> {
  const fetched = await fetchManifest(address, options);
  const { manifest } = fetched;
  const graphs = options.choose(manifest);
  const entries = [manifest.tokenizer, manifest.golden, ...graphs];
  return { manifest, graphs, ...(await fetchFiles(fetched, entries, options)) };
}

/** The first half of `fetchArtifact`: the manifest alone, for who decides by it what else is needed. */
export async function fetchManifest(
  address: string,
  options: FetchOptions,
): Promise<FetchedManifest> {
  const base = parseModelAddress(address, options);
  const content = await manifestBytes(base, options);
  const manifest = parseManifest(new TextDecoder().decode(content));
  manifestFiles(manifest); // each file once
  return { manifest, content, base };
}

/** The second half of `fetchArtifact`: files of a manifest, and the manifest itself.
 *  @param entries of the manifest */
export async function fetchFiles(
  { content, base }: FetchedManifest,
  entries: readonly FileEntry[],
  options: FetchOptions,
): Promise<Pick<FetchedArtifact, 'files' | 'hash'>> {
  const { onProgress, now = Date.now, hash = hashInSlices } = options;
  const bytesTotal = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  if (bytesTotal > MOST_ARTIFACT_BYTES) {
    const found = `names ${bytesTotal} bytes, expected at most ${MOST_ARTIFACT_BYTES}`;
    throw new ModelSourceError('too-large', `${MANIFEST_FILE}: ${found}; it was not downloaded`);
  }

  const meter = createProgressMeter(bytesTotal, onProgress, now);
  const files = new Map([[MANIFEST_FILE, content]]);
  const hashes = new HashMemory(hash);
  await allOrNone(options.signal, entries, async (entry, signal) => {
    const onBytes = (done: number, arrived: number): void => meter.at(entry.file, done, arrived);
    files.set(
      entry.file,
      await obtain(base, entry, { ...options, hash: hashes.hash, signal }, onBytes),
    );
  });
  return { files, hash: hashes.recall };
}

/** Runs work for all items at once; when one fails the others are stopped, and all have ended when this rejects. */
async function allOrNone<T>(
  signal: AbortSignal | undefined,
  items: readonly T[],
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener('abort', stop, { once: true });
  const failures: unknown[] = [];
  await Promise.all(
    items.map((item) =>
      work(item, controller.signal).catch((error: unknown) => {
        failures.push(error);
        controller.abort(error);
      }),
    ),
  );
  signal?.removeEventListener('abort', stop);
  if (failures.length > 0) throw failures[0];
}

async function obtain(
  base: string,
  entry: FileEntry,
  options: FetchOptions & {
    readonly signal: AbortSignal;
    readonly hash: AsyncHashFunction;
  },
  onBytes: (done: number, arrived: number) => void,
): Promise<Uint8Array> {
  const { cache, signal, hash } = options;
  const key = `sha256-${entry.sha256}`;
  const url = fileAddress(base, entry.file);
  const fromCache = async (): Promise<Uint8Array | undefined> => {
    const content = await verifiedFromCache(cache, key, entry, hash);
    if (content !== undefined) onBytes(content.length, 0);
    return content;
  };

  const kept = await fromCache();
  if (kept !== undefined) return kept;
  if (options.offline === true) throw notKept(url);
  const begun = await cache?.begin?.(key, { bytes: entry.bytes, signal });
  const partial = begun ?? beginInMemory(cache, key);
  try {
    // Another process may have been faster while this one waited to begin.
    const found = begun && (await fromCache());
    return found ?? (await download(url, entry, partial, { ...networkOf(options), hash, onBytes }));
  } finally {
    await partial.close();
  }
}

/** An entry that is damaged is dropped, never used. */
async function verifiedFromCache(
  cache: ArtifactCache | undefined,
  key: string,
  entry: FileEntry,
  hash: AsyncHashFunction,
): Promise<Uint8Array | undefined> {
  const content = await cache?.get(key, entry.bytes);
  if (content === undefined) return undefined;
  try {
    await verifyFileWith(hash, entry, content);
    return content;
  } catch {
    await cache?.delete(key);
    return undefined;
  }
}

/** The manifest has no hash to be kept by, so it is asked for each time and kept by its address for offline use. */
async function manifestBytes(base: string, options: FetchOptions): Promise<Uint8Array> {
  const { cache, signal } = options;
  const key = `manifest-${hashInJavaScript(new TextEncoder().encode(base))}`;
  const url = manifestAddress(base);
  if (options.offline === true) {
    const kept = await cache?.get(key, MOST_MANIFEST_BYTES);
    if (kept === undefined) throw notKept(url);
    return kept;
  }
  const network = networkOf(options);
  const bytes = await withRetries(() => readManifest(url, network), { ...network, signal });
  await cache?.put(key, bytes);
  return bytes;
}

function readManifest(url: string, network: ReturnType<typeof networkOf>): Promise<Uint8Array> {
  return request(url, { ...network, cache: 'no-cache' }, async (answer) => {
    const bytes = new Uint8Array(MOST_MANIFEST_BYTES);
    let length = 0;
    for (let chunk = await answer.read(); chunk !== undefined; chunk = await answer.read()) {
      if (length + chunk.length > MOST_MANIFEST_BYTES) {
        const message = `${shownAddress(url)}: expected at most ${MOST_MANIFEST_BYTES} bytes; is this a model?`;
        throw new ModelSourceError('too-large', message);
      }
      bytes.set(chunk, length);
      length += chunk.length;
    }
    return bytes.slice(0, length);
  });
}

function networkOf({
  fetch: given,
  stallMs = 30_000,
  pauseMs = 300,
  allowHttp = false,
  signal,
}: FetchOptions) {
  return { fetch: given ?? fetch, stallMs, pauseMs, allowHttp, signal };
}

function notKept(url: string): ModelSourceError {
  const message = `${shownAddress(url)}: has not been downloaded yet, and the network is not to be used; download it once`;
  return new ModelSourceError('offline', message);
}
