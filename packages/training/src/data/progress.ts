// Progress of `prepare`, for whoever shows it.

export interface PrepareProgress {
  /** `survey` reads every file once, `fit` collects the vocabulary, `encode` writes the tokens. */
  readonly phase: 'survey' | 'fit' | 'encode';
  /** Files done in this phase, those of an interrupted run included. */
  readonly done: number;
  /** Files of this phase; undefined while an archive has not been read to its end. */
  readonly total: number | undefined;
  /** Files that an interrupted run had done. */
  readonly resumed: number;
  /** Files a second in this phase, the resumed ones left out. */
  readonly filesPerSecond: number;
  /** Until the end of this phase, at the rate so far; undefined until there is one. */
  readonly secondsLeft: number | undefined;
  /** The file that was done. */
  readonly path: string;
}

export type OnPrepareProgress = (progress: PrepareProgress) => void;

export interface CountOptions {
  readonly total: number | undefined;
  /** The share of the phase that is done, in [0, 1], where there is no total. */
  readonly share?: () => number;
}

/** Tells that a file is done.
 *  @param resumed whether an interrupted run had done it */
export type CountFile = (path: string, resumed?: boolean) => void;

/** Counts the files of a phase and tells of each. */
export function countFiles(
  phase: PrepareProgress['phase'],
  onProgress: OnPrepareProgress = () => undefined,
  { total, share = () => 0 }: CountOptions,
): CountFile {
  const start = performance.now();
  let done = 0;
  let resumed = 0;
  return (path, wasResumed = false) => {
    done++;
    if (wasResumed) resumed++;
    const seconds = Math.max(performance.now() - start, 1) / 1000;
    const fresh = done - resumed;
    const filesPerSecond = fresh / seconds;
    onProgress({
      phase,
      done,
      total,
      resumed,
      filesPerSecond,
      secondsLeft: secondsLeft({ seconds, filesPerSecond, done, total, share: share() }),
      path,
    });
  };
}

function secondsLeft(now: {
  seconds: number;
  filesPerSecond: number;
  done: number;
  total: number | undefined;
  share: number;
}): number | undefined {
  const { seconds, filesPerSecond, done, total, share } = now;
  if (filesPerSecond === 0) return undefined;
  if (total !== undefined) return Math.max(0, total - done) / filesPerSecond;
  return share > 0 ? (seconds * (1 - share)) / share : undefined;
}
