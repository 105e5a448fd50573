// A NextTokenModel on onnxruntime-web.
import type { Grammar } from '@ostinato/core';
import { type ModelPort, RemoteModel } from '@ostinato/runtime';
import type { ComputeDevice } from './worker/messages.js';

/** A model in a worker of this page. The worker ends with `dispose`, and its memory goes back with it. */
export class WebModel extends RemoteModel {
  /** Where it computes. */
  readonly device: ComputeDevice;
  /** Threads of wasm that it computes with. */
  readonly threads: number;

  /** @internal use `startModel` or `loadModel` */
  constructor(
    port: ModelPort,
    grammar: Grammar,
    stateSize: number,
    { device, threads }: { device: ComputeDevice; threads: number },
  ) {
    super(port, grammar, stateSize);
    this.device = device;
    this.threads = threads;
  }
}
