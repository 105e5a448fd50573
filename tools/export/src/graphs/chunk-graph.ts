// The `chunk` graph: chooses many tokens in one run. Made for CPUs, where a call costs more than a node and a node more
// than a small product: the body of its loop holds as few nodes as it can.
//
// Letters: B sequences, N tokens, V vocabulary.
import type { Grammar } from '@ostinato/core';
import { type Graph, GraphBuilder, tensorOf } from '@ostinato/graph';
import { chunkLoop } from './chunk-loop.js';
import { integerRecurrence } from './integer-recurrence.js';
import type { StoredNetwork } from './network.js';
import { floatRecurrence } from './recurrence.js';

export interface ChunkOptions {
  /** Multiply integers: the form int8-dynamic, for a network stored as int8. Default: float32 throughout. */
  readonly integerProducts?: boolean;
  /** Also give the logits before each token, before mask and bias, as `logits` [N, B, V]; for tests of parity. */
  readonly withLogits?: boolean;
}

/** Inputs and outputs are those of `chunkLoop`. */
export function chunkGraph(
  network: StoredNetwork,
  grammar: Grammar,
  { integerProducts = false, withLogits = false }: ChunkOptions = {},
): Graph {
  const { vocabularySize, layers, hiddenSize } = network.config;
  const graph = new GraphBuilder('chunk');
  return chunkLoop({
    graph,
    recurrence: (integerProducts ? integerRecurrence : floatRecurrence)(graph, network),
    outputBias: graph.initializer(
      'output.bias',
      tensorOf('float32', network.outputBias, [vocabularySize]),
    ),
    stateSizes: Array<number>(2 * layers).fill(hiddenSize),
    grammar,
    withLogits,
  });
}
