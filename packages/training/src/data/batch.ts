// One window of training data, in the layout that the engines read: time first, then the sequences of the batch.
// Letters: T steps of the window, B sequences.

export interface Batch {
  readonly steps: number;
  readonly batch: number;
  /** Token ids, shape [T, B]. */
  readonly tokens: Int32Array;
  /** The token that follows each one in its piece, shape [T, B]; 0 where `weights` is 0. */
  readonly targets: Int32Array;
  /** 1 where the target counts towards the loss, 0 at the last token of a piece and in padding; shape [T, B]. */
  readonly weights: Float32Array;
  /** 0 where a piece begins (the network forgets what it carried before consuming this token), else 1; shape [T, B]. */
  readonly keep: Float32Array;
}
