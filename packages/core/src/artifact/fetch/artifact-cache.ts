// Where what was downloaded is kept. A cache is never trusted: what comes out of it is checked like what comes from
// the network. It never fails either: what it cannot keep is not kept.

/** Keys are `sha256-` and the hash of the content in 64 hexadecimal digits, or `manifest-` and the hash of an address.
 *  None of these methods rejects, but for the reason of a given signal. */
export interface ArtifactCache {
  /** @param mostBytes what is larger counts as not there */
  get(key: string, mostBytes: number): Promise<Uint8Array | undefined>;
  put(key: string, content: Uint8Array): Promise<void>;
  /** Drops what turned out to be damaged. */
  delete(key: string): Promise<void>;
  /** Begins a download, or goes on with one that was interrupted. If another process downloads the same, waits until that
   *  one is done: look again whether it is there. Without this method an interrupted download begins anew. */
  begin?(
    key: string,
    options: { bytes: number; signal?: AbortSignal | undefined },
  ): Promise<PartialDownload>;
}

/** A download that survives an interruption. */
export interface PartialDownload {
  /** What was there when it began, from the first byte on; at most the asked bytes. */
  readonly received: Uint8Array;
  /** Keeps the bytes that follow. */
  append(chunk: Uint8Array): Promise<void>;
  /** Forgets all bytes: they were wrong. */
  clear(): Promise<void>;
  /** The download is whole and was checked: it becomes an entry of the cache. */
  finish(content: Uint8Array): Promise<void>;
  /** Lets others have it. What has come stays, if it was not finished. */
  close(): Promise<void>;
}

/** A download that is kept only when it is whole. */
export function beginInMemory(cache: ArtifactCache | undefined, key: string): PartialDownload {
  return {
    received: new Uint8Array(0),
    append: async () => undefined,
    clear: async () => undefined,
    finish: async (content) => cache?.put(key, content),
    close: async () => undefined,
  };
}
