// Models for elements: one download and one worker for all elements of a page that name the same model.
import type { Manifest, NextTokenModel, Tokenizer } from '@ostinato/core';
import type { LoadProgress } from '../../load-meter.js';

/** What an element needs of a model; `loadModel` of this package gives it. */
export interface ComposerModel {
  readonly model: NextTokenModel;
  readonly tokenizer: Tokenizer;
  readonly manifest: Pick<Manifest, 'name' | 'description' | 'licence' | 'sampling'>;
}

/** Loads the model at an address. */
export type ModelLoader = (
  url: string,
  options: { readonly onProgress: (progress: LoadProgress) => void; readonly signal: AbortSignal },
) => Promise<ComposerModel>;

/** A share in a model. */
export interface ModelLease {
  readonly loaded: Promise<ComposerModel>;
  /** Gives the share back; with the last one, the model is disposed of. */
  release(): void;
}

interface Entry {
  readonly loaded: Promise<ComposerModel>;
  readonly abort: AbortController;
  readonly listeners: Set<(progress: LoadProgress) => void>;
  readonly state: { progress?: LoadProgress };
  shares: number;
}

/** Shares the models of a loader. */
export class ModelPool {
  readonly #load: ModelLoader;
  readonly #entries = new Map<string, Entry>();

  constructor(load: ModelLoader) {
    this.#load = load;
  }

  /** Takes a share in the model at an absolute address. A load that failed is tried anew by the next one.
   *  @param onProgress told how far the download is, also one that others began */
  lease(url: string, onProgress: (progress: LoadProgress) => void): ModelLease {
    const entry = this.#entries.get(url) ?? this.#begin(url);
    entry.shares++;
    entry.listeners.add(onProgress);
    const { progress } = entry.state;
    if (progress) onProgress(progress);
    let isReleased = false;
    return {
      loaded: entry.loaded,
      release: () => {
        if (isReleased) return;
        isReleased = true;
        entry.listeners.delete(onProgress);
        if (--entry.shares === 0) this.#end(url, entry);
      },
    };
  }

  #begin(url: string): Entry {
    const abort = new AbortController();
    const listeners: Entry['listeners'] = new Set();
    const state: Entry['state'] = {}; // a loader may tell of its progress before it returns
    const onProgress = (progress: LoadProgress): void => {
      state.progress = progress;
      for (const listener of listeners) listener(progress);
    };
    const loaded = this.#load(url, { onProgress, signal: abort.signal });
    const entry: Entry = { loaded, abort, listeners, state, shares: 0 };
    this.#entries.set(url, entry);
    loaded.catch(() => this.#forget(url, entry));
    return entry;
  }

  #end(url: string, entry: Entry): void {
    this.#forget(url, entry);
    entry.abort.abort();
    entry.loaded.then(
      ({ model }) => model.dispose(),
      () => {},
    );
  }

  #forget(url: string, entry: Entry): void {
    if (this.#entries.get(url) === entry) this.#entries.delete(url);
  }
}
