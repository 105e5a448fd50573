// What was downloaded is kept while the model starts and composes: storing 14 MB takes as long as compiling them. What is not
// kept yet when the worker ends is downloaded again the next time.
import { type ArtifactCache, createCacheApiCache } from '@ostinato/core';
import type { CacheSettings } from './messages.js';

export class LateCache {
  #last: Promise<unknown> = Promise.resolve();

  /** The browser's cache, whose `put` does not wait; undefined where nothing can be kept. */
  open(settings: CacheSettings): ArtifactCache | undefined {
    if (settings === false) return undefined;
    const cache = openCacheApi(settings);
    if (!cache) return undefined;
    return {
      ...cache,
      put: async (key, content) => {
        this.#last = this.#last.then(() => cache.put(key, content));
      },
    };
  }

  /** Resolves when all is kept that was put so far. */
  async settled(): Promise<void> {
    await this.#last;
  }
}

function openCacheApi(settings: Exclude<CacheSettings, false>): ArtifactCache | undefined {
  try {
    return createCacheApiCache(globalThis.caches, settings);
  } catch {
    return undefined; // a sandboxed frame may not even look
  }
}
