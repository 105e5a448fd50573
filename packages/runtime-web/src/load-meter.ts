// How far the download of a model and of what runs it is.

export interface LoadProgress {
  /** The file that bytes came for. */
  readonly file: string;
  /** Of all files together, those of the cache among them. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

/** Adds up the files of a model and ONNX Runtime's. */
export class LoadMeter {
  readonly #onProgress: ((progress: LoadProgress) => void) | undefined;
  #modelDone = 0;
  #modelTotal = 0;
  #runtimeDone = 0;
  #runtimeTotal = 0;

  constructor(onProgress: ((progress: LoadProgress) => void) | undefined) {
    this.#onProgress = onProgress;
  }

  /** Says how large ONNX Runtime is, before a byte of the model's files comes. */
  expectRuntime(bytes: number): void {
    this.#runtimeTotal = bytes;
  }

  model(file: string, bytesDone: number, bytesTotal: number): void {
    this.#modelDone = bytesDone;
    this.#modelTotal = bytesTotal;
    this.#tell(file);
  }

  runtime(file: string, bytesDone: number): void {
    this.#runtimeDone = bytesDone;
    this.#tell(file);
  }

  #tell(file: string): void {
    const bytesDone = this.#modelDone + this.#runtimeDone;
    this.#onProgress?.({ file, bytesDone, bytesTotal: this.#modelTotal + this.#runtimeTotal });
  }
}
