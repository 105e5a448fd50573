// How much one request may ask for, and how much the server takes on at a time.

export interface Limits {
  /** Bytes of a request's body. Default 2 MiB. */
  readonly bodyBytes: number;
  /** Seconds of music in an answer. Default 600. */
  readonly seconds: number;
  /** Bars in an answer. Default 1,000. */
  readonly bars: number;
  /** Notes in an answer. Default 20,000. */
  readonly notes: number;
  /** Tokens of a primer or of a piece to evaluate. Default 20,000. */
  readonly givenTokens: number;
  /** Tokens drawn for one answer. Default 50,000. */
  readonly tokens: number;
  /** Compositions (and evaluations) at work at a time. Default 64. */
  readonly running: number;
  /** Those that wait for their turn; more are refused. Default 128. */
  readonly queued: number;
  /** Submissions of jobs that are read and checked at a time; more are refused. Default 32. */
  readonly submissions: number;
  /** Sounds that are made, or wait for a piece to be composed, and results of jobs that are given, at a time; more are
   *  refused. Default 64. */
  readonly renderings: number;
  /** Streams open at a time. Default 600. */
  readonly streams: number;
  /** Seconds that a composition may take, waiting included. Default 120. */
  readonly deadlineSeconds: number;
  /** Seconds that a sound may take until the client has all of it, from the request on. Default 600. */
  readonly renderingSeconds: number;
  /** Seconds that a stream may be open. Default 3,600. */
  readonly streamSeconds: number;
  /** Seconds that the client of a stream may take nothing. Default 10. */
  readonly stallSeconds: number;
}

export const DEFAULT_LIMITS: Limits = {
  bodyBytes: 2 * 1024 * 1024,
  seconds: 600,
  bars: 1_000,
  notes: 20_000,
  givenTokens: 20_000,
  tokens: 50_000,
  running: 64,
  queued: 128,
  submissions: 32,
  renderings: 64,
  streams: 600,
  deadlineSeconds: 120,
  renderingSeconds: 600,
  streamSeconds: 3_600,
  stallSeconds: 10,
};
