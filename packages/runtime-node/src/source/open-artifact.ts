// From what a person calls a model to checked bytes.
import { createHash } from 'node:crypto';
import {
  type ArtifactCache,
  type DownloadProgress,
  fetchArtifact,
  type GraphEntry,
  type Manifest,
  type VerifiedArtifact,
  verifyArtifact,
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
  const found = await resolveModel(source, options);
  if (found.kind !== 'web') {
    // Package managers such as pnpm link the files of a package from their store.
    const files = await readArtifactFolder(found.folder, { hardLinks: found.kind === 'installed' });
    return verifyArtifact(files, inspectModel, { hash });
  }
  const { onDownload, ...rest } = options;
  const fetched = await fetchArtifact(found.address, {
    ...rest,
    choose,
    hash,
    cache: cacheOf(options),
    ...(onDownload && { onProgress: onDownload }),
  });
  return verifyArtifact(fetched.files, inspectModel, fetched);
}

/** OpenSSL's SHA-256, many times faster than JavaScript's. */
function hash(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function cacheOf({ cacheFolder = defaultCacheFolder() }: SourceOptions): ArtifactCache | undefined {
  return cacheFolder ? createFolderCache(cacheFolder) : undefined;
}
