// A NextTokenModel on onnxruntime-web.
import type { Grammar } from '@ostinato/core';
import { type ModelPort, RemoteModel } from '@ostinato/runtime';
import type { ComputeDevice } from './worker/messages.js';

/** A model in a worker of this page. The worker ends with `dispose`, and its memory goes back with it. */
export class WebModel extends RemoteModel {
  readonly #place: { readonly device: ComputeDevice; readonly threads: number };

  /** @internal use `startModel` or `loadModel` */
  constructor(
    port: ModelPort,
    grammar: Grammar,
    stateSize: number,
    place: { readonly device: ComputeDevice; readonly threads: number },
  ) {
    super(port, grammar, stateSize);
    this.#place = place;
  }

  /** Where it computes. With the device 'auto', wasm takes over when a GPU is lost. */
  get device(): ComputeDevice {
    return this.#place.device;
  }

  /** Threads of wasm that it computes with. */
  get threads(): number {
    return this.#place.threads;
  }
}
