// What the child process is started with; the messages are those of `@ostinato/runtime`, in Node's structured clone.
import type { Grammar } from '@ostinato/core';
import type { ModelGraphs, Operations } from '@ostinato/runtime';

/** Where a model computes. */
export type Device = 'cpu' | 'cuda' | 'webgpu';

export interface StartRequest {
  readonly device: Device;
  /** Threads of one operator on the CPU, >= 1. */
  readonly threads: number;
  readonly graphs: ModelGraphs;
  readonly grammar: Grammar;
}

export type NodeOperations = Operations<StartRequest>;
