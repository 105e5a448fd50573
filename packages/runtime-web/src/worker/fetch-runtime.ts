// ONNX Runtime's wasm: from the cache or the network, and never anything but the file that this package was built for.
import {
  type ArtifactCache,
  type FileEntry,
  ModelSourceError,
  verifyFileWith,
} from '@ostinato/core';
import { hashContent } from '../hash-content.js';

export interface FetchRuntimeOptions {
  readonly cache: ArtifactCache | undefined;
  readonly signal: AbortSignal;
  /** @param done bytes that are there */
  readonly onBytes?: ((done: number) => void) | undefined;
}

/** @throws {ArtifactError} `wrong-size` or `wrong-hash`
 *  @throws {ModelSourceError} `not-found` or `network`; the signal's reason if it is aborted */
export async function fetchRuntime(
  url: URL,
  entry: FileEntry,
  { cache, signal, onBytes }: FetchRuntimeOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = `sha256-${entry.sha256}`;
  const kept = (await cache?.get(key, entry.bytes)) as Uint8Array<ArrayBuffer> | undefined;
  if (kept && (await hashContent(kept)) === entry.sha256) {
    onBytes?.(entry.bytes);
    return kept;
  }
  const content = await download(url, entry, signal, onBytes);
  await verifyFileWith(hashContent, entry, content);
  await cache?.put(key, content);
  return content;
}

async function download(
  url: URL,
  entry: FileEntry,
  signal: AbortSignal,
  onBytes: FetchRuntimeOptions['onBytes'],
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const response = await fetch(url, { signal });
    if (!response.ok) {
      const problem = `not found (HTTP ${response.status}); serve the files of @ostinato/web there`;
      throw new ModelSourceError('not-found', `${url.href}: ${problem}`);
    }
    let done = 0;
    const parts: Uint8Array<ArrayBuffer>[] = [];
    const reader = response.body!.getReader();
    for (;;) {
      const { value } = await reader.read();
      if (!value) break;
      parts.push(value);
      done += value.length;
      if (done > entry.bytes) break; // the check of the size says so
      onBytes?.(done);
    }
    return new Uint8Array(await new Blob(parts).arrayBuffer());
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof ModelSourceError) throw cause;
    const problem = `${url.href}: cannot be reached or broke off; check the connection`;
    throw new ModelSourceError('network', problem, { cause });
  }
}
