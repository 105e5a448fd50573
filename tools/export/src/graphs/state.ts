// The layout of a state: for each layer its hidden and its cell vector, one after the other.
//
// state [B, S], S = 2·L·H:  hidden.0 [H] | cell.0 [H] | hidden.1 [H] | cell.1 [H] | ...
import type { GraphBuilder, Value } from '@ostinato/graph';
import type { LstmConfig } from '@ostinato/model';

export interface LayerState {
  /** [B, H] */
  readonly hidden: Value;
  /** [B, H] */
  readonly cell: Value;
}

/** S, the numbers of state of one sequence. */
export function stateSize({ layers, hiddenSize }: LstmConfig): number {
  return 2 * layers * hiddenSize;
}

/** The vectors of a state in order, each [B, H]. */
export function splitState(graph: GraphBuilder, state: Value, config: LstmConfig): Value[] {
  return graph.split(state, Array<number>(2 * config.layers).fill(config.hiddenSize), 1);
}

/** The inverse of `splitState`. */
export function joinState(graph: GraphBuilder, vectors: readonly Value[]): Value {
  return graph.concat(vectors, 1);
}
