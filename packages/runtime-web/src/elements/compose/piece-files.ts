// Files of a piece: made in a worker, and handed over to the browser.
import type { Score } from '@ostinato/core';
import type { ReactiveControllerHost } from 'lit';
import { exportScore } from '../../sound/export-score.js';
import { emit } from '../events.js';
import type { ComposeSettings } from './settings.js';

/** An element with a piece. */
type Host = ReactiveControllerHost &
  HTMLElement & { readonly score: Score | undefined; readonly settings: ComposeSettings };

export interface PieceFilesOptions {
  /** What ends the making of a file. */
  signal(): AbortSignal;
  /** A file could not be made for who wanted to save it. */
  onError(error: unknown): void;
}

export class PieceFiles {
  readonly #host: Host;
  readonly #options: PieceFilesOptions;
  #rendering: number | undefined;

  constructor(host: Host, options: PieceFilesOptions) {
    this.#host = host;
    this.#options = options;
  }

  /** The share of a WAV file that is done, while one is made. */
  get rendering(): number | undefined {
    return this.#rendering;
  }

  /** @throws {OstinatoError} `export-failed` */
  async toMidi(): Promise<Blob | undefined> {
    const { score } = this.#host;
    return score && exportScore(score, 'midi', { signal: this.#options.signal() });
  }

  /** @throws {OstinatoError} `export-failed` */
  async toWav(): Promise<Blob | undefined> {
    const { score } = this.#host;
    if (!score) return undefined;
    const onProgress = (share: number): void => {
      this.#setRendering(share);
      emit(this.#host, 'ostinato-progress', { phase: 'wav', loaded: share, total: 1 });
    };
    this.#setRendering(0);
    try {
      return await exportScore(score, 'wav', { onProgress, signal: this.#options.signal() });
    } finally {
      this.#setRendering(undefined);
    }
  }

  /** Makes a file and hands it over. */
  async save(extension: 'mid' | 'wav'): Promise<void> {
    try {
      const file = extension === 'mid' ? await this.toMidi() : await this.toWav();
      if (file) saveFile(this.#host, file, downloadName(this.#host.settings, extension));
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #setRendering(share: number | undefined): void {
    this.#rendering = share;
    this.#host.requestUpdate();
  }
}

/** Saves a file as a click on a link would, unless somebody cancels the event. */
export function saveFile(element: HTMLElement, file: Blob, name: string): void {
  if (!emit(element, 'ostinato-download', { file, name })) return;
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser has begun by then
}

/** `ostinato-bach-7.mid`; only what every file system takes. */
export function downloadName({ seed, labels }: ComposeSettings, extension: string): string {
  const words = ['ostinato', ...Object.values(labels), seed].join('-').toLowerCase();
  const name = words.normalize('NFKD').replaceAll(/[^a-z0-9]+/g, '-');
  return `${name.slice(0, 80).replace(/-$/, '')}.${extension}`;
}
