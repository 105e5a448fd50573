// What an engine says to its processes; the messages are those of `@ostinato/runtime`. Beside these operations there is
// `cancel`: a request of the id of the call that nobody waits for any more, without a reply.
import type { Grammar } from '@ostinato/core';
import type { ModelCalls, ModelGraphs } from '@ostinato/runtime';

export interface EngineStart {
  /** Threads of one operator, >= 1. */
  readonly threads: number;
  /** Sequences that are computed at a time, at most. */
  readonly slots: number;
  readonly graphs: ModelGraphs;
  /** A chunk graph whose rows have parameters of their own (row-graph.ts). Without it, rows share a run only where their
   *  parameters are equal. */
  readonly rows?: Uint8Array;
  readonly grammar: Grammar;
  /** S, the numbers of state of one sequence. */
  readonly stateSize: number;
}

export interface EngineOperations extends ModelCalls {
  start: { request: EngineStart; reply: undefined };
  /** Answered at once, between two runs: the process is not stuck. */
  ping: { request: undefined; reply: undefined };
}
