// ONNX Runtime's wasm: from the cache or the network, and never anything but the file that this package was built for. It is
// compiled while it comes and while it is hashed: what is not the right file is compiled and never run.
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
 *  @throws {ModelSourceError} `not-found` or `network`; the signal's reason if it is aborted
 *  @throws {WebAssembly.CompileError} if the browser cannot or, by the page's policy, may not compile it */
export async function fetchRuntime(
  url: URL,
  entry: FileEntry,
  { cache, signal, onBytes }: FetchRuntimeOptions,
): Promise<WebAssembly.Module> {
  const key = `sha256-${entry.sha256}`;
  const kept = (await cache?.get(key, entry.bytes)) as Uint8Array<ArrayBuffer> | undefined;
  if (kept) {
    const compiled = unheard(WebAssembly.compile(kept));
    if ((await hashContent(kept)) === entry.sha256) {
      onBytes?.(entry.bytes);
      return compiled;
    }
  }
  const { content, compiled } = await download(url, entry, signal, onBytes);
  await verifyFileWith(hashContent, entry, content);
  await cache?.put(key, content);
  return compiled;
}

interface Downloaded {
  readonly content: Uint8Array<ArrayBuffer>;
  readonly compiled: Promise<WebAssembly.Module>;
}

async function download(
  url: URL,
  entry: FileEntry,
  signal: AbortSignal,
  onBytes: FetchRuntimeOptions['onBytes'],
): Promise<Downloaded> {
  try {
    const response = await fetch(url, { signal });
    if (!response.ok) {
      const problem = `not found (HTTP ${response.status}); serve the files of @ostinato/web there`;
      throw new ModelSourceError('not-found', `${url.href}: ${problem}`);
    }
    // Cloned and compiled as it is, it goes to the compiler beside this thread's JavaScript.
    const compiled = unheard(WebAssembly.compileStreaming(asWasm(response.clone())));
    const content = await readBytes(response, entry.bytes, onBytes);
    return { content, compiled };
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof ModelSourceError) throw cause;
    const problem = `${url.href}: cannot be reached or broke off; check the connection`;
    throw new ModelSourceError('network', problem, { cause });
  }
}

/** Whatever the server calls it. */
function asWasm(response: Response): Response {
  const type = 'application/wasm';
  if (response.headers.get('content-type') === type) return response;
  return new Response(response.body, { headers: { 'content-type': type } });
}

/** @param expected bytes; what is longer is not read to its end: the check of the size says so */
async function readBytes(
  response: Response,
  expected: number,
  onBytes: FetchRuntimeOptions['onBytes'],
): Promise<Uint8Array<ArrayBuffer>> {
  const content = new Uint8Array(expected);
  const reader = response.body!.getReader();
  for (let done = 0; ;) {
    const { value } = await reader.read();
    if (!value) return content.subarray(0, done);
    if (done + value.length > expected) return new Uint8Array(done + value.length);
    content.set(value, done);
    done += value.length;
    onBytes?.(done);
  }
}

/** For a promise that may fail before anybody waits for it. */
function unheard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
