import { expect, it } from 'vitest';
import { type CacheStorageLike, createCacheApiCache } from './cache-api.js';

/** CacheStorage in memory: entries in the order of their puts, a new `Response` at each match. */
function fakeStorage({ failing = false } = {}): CacheStorageLike & { urls(): string[] } {
  const entries = new Map<string, { bytes: ArrayBuffer; headers: Headers }>();
  return {
    urls: () => [...entries.keys()],
    open: async () => {
      if (failing) throw new DOMException('The operation is insecure.', 'SecurityError');
      return {
        match: async (url) => {
          const entry = entries.get(url);
          return entry && new Response(entry.bytes, { headers: entry.headers });
        },
        put: async (url, response) => {
          entries.delete(url);
          const { headers } = response as unknown as { headers: Headers };
          entries.set(url, { bytes: await response.arrayBuffer(), headers });
        },
        delete: async (url) => entries.delete(url),
        keys: async () => [...entries.keys()].map((url) => ({ url })),
      };
    },
  };
}

const content = (length: number, value = 7): Uint8Array => new Uint8Array(length).fill(value);

it('gives back what was put, and forgets what was deleted', async () => {
  const cache = createCacheApiCache(fakeStorage())!;
  expect(await cache.get('sha256-a', 100)).toBeUndefined();
  await cache.put('sha256-a', content(5));
  expect(await cache.get('sha256-a', 100)).toEqual(content(5));
  await cache.delete('sha256-a');
  expect(await cache.get('sha256-a', 100)).toBeUndefined();
});

it('does not read what is larger than it may be', async () => {
  const cache = createCacheApiCache(fakeStorage())!;
  await cache.put('sha256-a', content(5));
  expect(await cache.get('sha256-a', 4)).toBeUndefined();
});

it('drops the oldest entries when models take more than they may', async () => {
  const storage = fakeStorage();
  const cache = createCacheApiCache(storage, { mostBytes: 100 })!;
  for (const name of ['a', 'b', 'c']) await cache.put(name, content(40));
  expect(storage.urls().map((url) => url.at(-1))).toEqual(['b', 'c']);
  await cache.put('d', content(101)); // would not fit alone
  expect(storage.urls().map((url) => url.at(-1))).toEqual(['b', 'c']);
});

it('is no obstacle where the browser has none, or gives no room', async () => {
  expect(createCacheApiCache(undefined)).toBeUndefined();
  const cache = createCacheApiCache(fakeStorage({ failing: true }))!;
  await cache.put('a', content(1));
  await cache.delete('a');
  expect(await cache.get('a', 100)).toBeUndefined();
});
