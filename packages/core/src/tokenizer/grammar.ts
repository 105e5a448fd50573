// A grammar over tokens: which token may follow which. Knows nothing of music; graphs carry it as two small tables.

/** What may follow each token. The state after a token depends on that token alone.
 *  Letters: V vocabulary size, K states. */
export interface Grammar {
  /** The state that each token leads to, shape [V], values 0..K-1. */
  readonly stateAfter: Uint8Array;
  /** 1 where a token is allowed in a state, shape [K, V], row-major. Every state allows at least one token. */
  readonly allowed: Uint8Array;
  /** K */
  readonly states: number;
}
