// What a model that serves many callers says of itself: for readiness, gauges and admission.

export interface ModelStatus {
  /** Whether a call made now would be answered; false while no process runs the model. */
  readonly ready: boolean;
  /** Sequences that are computed at a time, at most. */
  readonly slots: number;
  /** Sequences that have a slot. */
  readonly running: number;
  /** Sequences that wait for one. */
  readonly waiting: number;
  /** Processes that were replaced since the start. */
  readonly restarts: number;
  /** Tokens that were consumed or drawn since the start. */
  readonly tokens: number;
}
