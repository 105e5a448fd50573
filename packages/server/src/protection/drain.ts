// The end of a server, in two steps: nothing new is taken, then what is still open ends.

/** What an app knows of it. */
export interface Drain {
  /** Aborted when no new work is taken any more: readiness says so, and requests for work are refused. */
  readonly started: AbortSignal;
  /** Aborted when what may go on elsewhere must end here: streams and jobs. */
  readonly ending: AbortSignal;
}

export interface DrainControl extends Drain {
  start(): void;
  /** Starts it too. */
  end(): void;
}

export function createDrain(): DrainControl {
  const started = new AbortController();
  const ending = new AbortController();
  return {
    started: started.signal,
    ending: ending.signal,
    start: () => started.abort(),
    end: () => {
      started.abort();
      ending.abort();
    },
  };
}
