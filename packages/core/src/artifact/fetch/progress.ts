// How far the download of a model is.

export interface DownloadProgress {
  /** The file that bytes came for. */
  readonly file: string;
  /** Of all files together, those of the cache among them. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** What comes from the network; 0 while nothing has. */
  readonly bytesPerSecond: number;
  /** Infinity while nothing has come. */
  readonly secondsLeft: number;
}

/** Adds up the files of one model. */
export interface ProgressMeter {
  /** @param done bytes of the file that are there, wherever they came from
   *  @param arrived bytes that just came from the network */
  at(file: string, done: number, arrived: number): void;
}

/** @param now the clock in milliseconds */
export function createProgressMeter(
  bytesTotal: number,
  onProgress: ((progress: DownloadProgress) => void) | undefined,
  now: () => number,
): ProgressMeter {
  const doneOf = new Map<string, number>();
  const started = now();
  let arrivedBytes = 0;
  return {
    at: (file, done, arrived) => {
      doneOf.set(file, done);
      arrivedBytes += arrived;
      const bytesDone = [...doneOf.values()].reduce((sum, bytes) => sum + bytes, 0);
      const seconds = (now() - started) / 1000;
      const bytesPerSecond = seconds > 0 ? arrivedBytes / seconds : 0;
      const secondsLeft = bytesDone === bytesTotal ? 0 : (bytesTotal - bytesDone) / bytesPerSecond;
      onProgress?.({ file, bytesDone, bytesTotal, bytesPerSecond, secondsLeft });
    },
  };
}
