// What a worker is started with; the messages are those of `@ostinato/runtime`.
import type { Grammar } from '@ostinato/core';
import type { ModelGraphs, ModelServer, Operations, Reply } from '@ostinato/runtime';

/** A backend of onnxruntime-web. */
export type ComputeDevice = 'wasm' | 'webgpu';

export interface PrepareRequest {
  /** Threads of wasm, >= 1. */
  readonly threads: number;
  /** ONNX Runtime, verified. */
  readonly wasm: Uint8Array;
}

export interface StartRequest {
  readonly graphs: ModelGraphs;
  readonly grammar: Grammar;
}

export type WebOperations = Operations<StartRequest, PrepareRequest>;

/** What the files of the workers export: serves one model. */
export type Connect = (send: (reply: Reply) => void) => ModelServer;
