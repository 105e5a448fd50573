// What an engine says to its processes; the messages are those of `@ostinato/runtime`. Beside these operations there is
// `cancel`: a request of the id of the call that nobody waits for any more, without a reply.
import type { Grammar } from '@ostinato/core';
import type { ModelCalls } from '@ostinato/runtime';
import type { SharedGraph } from './shared-graphs.js';

/** A descriptor that a process of an engine has from its parent: the file of its graphs. */
export const GRAPHS_FILE = 4;

/** Verified ONNX files. */
interface EngineGraphs {
  /** What `consume` and `score` run. */
  readonly step: SharedGraph;
  /** What `decode` runs: a chunk graph whose rows have parameters of their own (row-graph.ts), ... */
  readonly rows?: SharedGraph;
  /** ... or one whose rows share them. Then, and with the step graph alone, only sequences with equal parameters share a
   *  run. */
  readonly chunk?: SharedGraph;
}

export interface EngineStart {
  /** Threads of one operator, >= 1. */
  readonly threads: number;
  /** Sequences that are computed at a time, at most. */
  readonly slots: number;
  readonly graphs: EngineGraphs;
  readonly grammar: Grammar;
  /** S, the numbers of state of one sequence. */
  readonly stateSize: number;
}

export interface EngineOperations extends ModelCalls {
  start: { request: EngineStart; reply: undefined };
  /** Answered at once, between two runs: the process is not stuck. */
  ping: { request: undefined; reply: undefined };
}
