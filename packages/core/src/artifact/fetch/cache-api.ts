// A cache of models in the browser's Cache API, by hash. It is a convenience: where the browser gives no room (a private
// window, a full disk, an insecure page) models are downloaded each time.
import type { ArtifactCache } from './artifact-cache.js';

/** What of the Cache API is used: `globalThis.caches` fits. */
export interface CacheStorageLike {
  open(name: string): Promise<CacheLike>;
}

interface CacheLike {
  match(url: string): Promise<Response | undefined>;
  put(url: string, response: Response): Promise<void>;
  delete(url: string): Promise<boolean>;
  /** In the order in which they were put. */
  keys(): Promise<readonly { readonly url: string }[]>;
}

export interface CacheApiOptions {
  /** Default `ostinato-models`. */
  readonly name?: string;
  /** What the models may take together; the oldest go first. Default 512 MiB. */
  readonly mostBytes?: number;
}

/** Entries need an address; nothing is ever asked of this one. */
const PREFIX = 'https://models.ostinato.invalid/';

/** @param storage `globalThis.caches`; it is not there in insecure pages, and then there is no cache
 *  @example createCacheApiCache(globalThis.caches) */
export function createCacheApiCache(
  storage: CacheStorageLike | undefined,
  { name = 'ostinato-models', mostBytes = 512 * 2 ** 20 }: CacheApiOptions = {},
): ArtifactCache | undefined {
  if (storage === undefined) return undefined;

  const orUndefined = async <T>(work: (cache: CacheLike) => Promise<T>): Promise<T | undefined> => {
    try {
      return await work(await storage.open(name));
    } catch {
      return undefined;
    }
  };
  return {
    get: (key, most) =>
      orUndefined(async (cache) => {
        const response = await cache.match(PREFIX + key);
        if (response === undefined || sizeOf(response) > most) return undefined;
        return new Uint8Array(await response.arrayBuffer());
      }),
    put: async (key, content) => {
      if (content.length > mostBytes) return;
      await orUndefined(async (cache) => {
        await makeRoom(cache, mostBytes - content.length);
        await cache.put(
          PREFIX + key,
          new Response(content, { headers: { 'content-length': String(content.length) } }),
        );
      });
    },
    delete: async (key) => {
      await orUndefined((cache) => cache.delete(PREFIX + key));
    },
  };
}

/** Drops the oldest entries until the others fit into `bytes`. */
async function makeRoom(cache: CacheLike, bytes: number): Promise<void> {
  const entries = await Promise.all(
    (await cache.keys()).map(async ({ url }) => {
      const response = await cache.match(url);
      return { url, bytes: response === undefined ? 0 : sizeOf(response) };
    }),
  );
  let total = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  for (const entry of entries) {
    if (total <= bytes) return;
    await cache.delete(entry.url);
    total -= entry.bytes;
  }
}

function sizeOf(response: Response): number {
  return Number(response.headers.get('content-length') ?? 0);
}
