// From what a person calls a model to checked bytes.
import { createHash } from 'node:crypto';
import {
  type ArtifactCache,
  type DownloadProgress,
  fetchArtifact,
  type GraphEntry,
  type Manifest,
  MANIFEST_FILE,
  type VerifiedArtifact,
  verifyArtifact,
  type VerifyOptions,
} from '@ostinato/core';
import { inspectModel } from '@ostinato/graph';
import { readArtifactFolder } from '../artifact-folder.js';
import { defaultCacheFolder } from './cache-location.js';
import { createFolderCache } from './folder-cache.js';
import { resolveModel } from './resolve-model.js';

/** A folder, an address on the web, or a name; see `resolveModel`. */
export type ModelSource = string | URL;

/** Where a model comes from; what is about downloads does not matter to a folder. */
export interface SourceOptions {
  /** Ends a download; what has come is kept for the next time. */
  readonly signal?: AbortSignal;
  /** Called for every piece that comes, so many times a second. */
  readonly onDownload?: (progress: DownloadProgress) => void;
  /** Use no network: what was downloaded before, or an error. Default false. */
  readonly offline?: boolean;
  /** The folder that keeps downloads, or false for none. Default: `models` in `OSTINATO_CACHE`, or `ostinato/models` in the
   *  platform's cache folder (`XDG_CACHE_HOME` or `~/.cache`, `~/Library/Caches`, `%LOCALAPPDATA%`). */
  readonly cacheFolder?: string | false;
  /** Take `http:` from any host. Default: from this machine only. */
  readonly allowHttp?: boolean;
}

/** Reads the folder of an artifact and checks it: sizes, hashes, graphs, vocabulary. Nothing is run.
 *  @throws {ArtifactError} if the folder is not a whole and safe artifact */
export async function readArtifact(folder: string): Promise<VerifiedArtifact> {
  return verifyArtifact(await readArtifactFolder(folder), inspectModel, { hash });
}

/** Reads a model and checks it, as `readArtifact` does; of one on the web, only what is needed is downloaded.
 *  @param choose the graphs that are needed; with none, what is left is its manifest, its tokenizer and its golden file
 *  @throws {ModelSourceError} if it cannot be had
 *  @throws {ArtifactError} if it is not whole and safe
 *  @throws the reason of `signal` */
export async function openArtifact(
  source: ModelSource,
  choose: (manifest: Manifest) => readonly GraphEntry[],
  options: SourceOptions = {},
): Promise<VerifiedArtifact> {
  const { files, verify } = await readFiles(source, choose, options);
  return verifyArtifact(files, inspectModel, verify);
}

/** The files of a model as they are, for whoever hands them on to other runtimes: the manifest, the tokenizer, the golden
 *  file, the graphs that are needed and, of a folder, the card; checked as `openArtifact` does.
 *  @returns contents by name
 *  @throws as `openArtifact` */
export async function readModelFiles(
  source: ModelSource,
  choose: (manifest: Manifest) => readonly GraphEntry[],
  options: SourceOptions = {},
): Promise<{ manifest: Manifest; files: ReadonlyMap<string, Uint8Array> }> {
  const { files, verify } = await readFiles(source, choose, options);
  const { manifest } = verifyArtifact(files, inspectModel, verify);
  const { tokenizer, golden, card } = manifest;
  const needed = [tokenizer, golden, card, ...choose(manifest)].map(({ file }) => file);
  const names = new Set([MANIFEST_FILE, ...needed]);
  return { manifest, files: new Map([...files].filter(([name]) => names.has(name))) };
}

/** What `verifyArtifact` takes. */
async function readFiles(
  source: ModelSource,
  choose: (manifest: Manifest) => readonly GraphEntry[],
  options: SourceOptions,
): Promise<{ files: ReadonlyMap<string, Uint8Array>; verify: VerifyOptions }> {
  const found = await resolveModel(source, options);
  if (found.kind !== 'web') {
    // Package managers such as pnpm link the files of a package from their store.
    const files = await readArtifactFolder(found.folder, { hardLinks: found.kind === 'installed' });
    return { files, verify: { hash } };
  }
  const { onDownload, ...rest } = options;
  const fetched = await fetchArtifact(found.address, {
    ...rest,
    choose,
    hash,
    cache: cacheOf(options),
    ...(onDownload && { onProgress: onDownload }),
  });
  return { files: fetched.files, verify: fetched };
}

/** OpenSSL's SHA-256, many times faster than JavaScript's. */
function hash(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function cacheOf({ cacheFolder = defaultCacheFolder() }: SourceOptions): ArtifactCache | undefined {
  return cacheFolder ? createFolderCache(cacheFolder) : undefined;
}
