// How long a connection may keep the server waiting. With these, one that stalls is closed within 15 s wherever it stalls.

export interface TimeLimits {
  /** Seconds until the headers of a request are there, from the connection or the last answer on. Default 6. */
  readonly headerSeconds: number;
  /** Seconds until its body is there too. Default 12. */
  readonly requestSeconds: number;
  /** Seconds that a client may read nothing while an answer waits for it. Default 6. */
  readonly readSeconds: number;
  /** Seconds that a connection is kept for a next request. Default 5. */
  readonly keepAliveSeconds: number;
  /** Seconds between two looks for connections whose time is over. Default 1. */
  readonly checkSeconds: number;
}

export const DEFAULT_TIME_LIMITS: TimeLimits = {
  headerSeconds: 6,
  requestSeconds: 12,
  readSeconds: 6,
  keepAliveSeconds: 5,
  checkSeconds: 1,
};
