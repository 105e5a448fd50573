// Progress of `prepare`, for whoever shows it.

export interface PrepareProgress {
  /** `survey` reads every file once, `fit` collects the vocabulary, `encode` writes the tokens. */
  readonly phase: 'survey' | 'fit' | 'encode';
  /** Files done in this phase. */
  readonly done: number;
  /** Files of this phase; undefined while an archive has not been read to its end. */
  readonly total: number | undefined;
  /** Files a second in this phase. */
  readonly filesPerSecond: number;
  /** The file that was done. */
  readonly path: string;
}

export type OnPrepareProgress = (progress: PrepareProgress) => void;

/** Counts the files of a phase and tells of each. */
export function countFiles(
  phase: PrepareProgress['phase'],
  total: number | undefined,
  onProgress: OnPrepareProgress = () => undefined,
): (path: string) => void {
  const start = performance.now();
  let done = 0;
  return (path) => {
    done++;
    const seconds = Math.max(performance.now() - start, 1) / 1000;
    onProgress({ phase, done, total, filesPerSecond: done / seconds, path });
  };
}
