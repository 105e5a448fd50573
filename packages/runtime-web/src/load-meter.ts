// How far the download of a model and of what runs it is.

export interface LoadProgress {
  /** The file that bytes came for. */
  readonly file: string;
  /** Of all files together, those of the cache among them. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

interface Part {
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

/** Adds up the files of a model and ONNX Runtime's, which come at the same time. Nothing is told before the manifest has
 *  said how large the model is, and the total is the same from then on, unless a second device is tried. */
export class LoadMeter {
  readonly #onProgress: ((progress: LoadProgress) => void) | undefined;
  #model: Part | undefined;
  readonly #runtimes = new Map<string, Part>();

  constructor(onProgress: ((progress: LoadProgress) => void) | undefined) {
    this.#onProgress = onProgress;
  }

  /** Says how large ONNX Runtime is, before a byte of the model's files comes. */
  expectRuntime(file: string, bytesTotal: number): void {
    if (!this.#runtimes.has(file)) this.#runtimes.set(file, { bytesDone: 0, bytesTotal });
  }

  model(progress: LoadProgress): void {
    this.#model = progress;
    this.#tell(progress.file);
  }

  runtime(progress: LoadProgress): void {
    this.#runtimes.set(progress.file, progress);
    this.#tell(progress.file);
  }

  #tell(file: string): void {
    if (!this.#model || !this.#onProgress) return;
    const parts = [this.#model, ...this.#runtimes.values()];
    const sum = (key: keyof Part): number => parts.reduce((total, part) => total + part[key], 0);
    this.#onProgress({ file, bytesDone: sum('bytesDone'), bytesTotal: sum('bytesTotal') });
  }
}
