// A model that began on WebGPU and goes on on wasm when the GPU is lost. Callers hold the states, so nothing is lost with it.
import { type ModelCalls, type ModelPort, RuntimeError } from '@ostinato/runtime';

export class GpuWithFallback implements ModelPort {
  readonly #gpu: ModelPort;
  readonly #startFallback: () => Promise<ModelPort>;
  #fallback: Promise<ModelPort> | undefined;

  /** @param startFallback starts the same model on wasm */
  constructor(gpu: ModelPort, startFallback: () => Promise<ModelPort>) {
    this.#gpu = gpu;
    this.#startFallback = startFallback;
  }

  async call<Name extends keyof ModelCalls>(
    operation: Name,
    argument: ModelCalls[Name]['request'],
    signal?: AbortSignal,
  ): Promise<ModelCalls[Name]['reply']> {
    if (!this.#fallback) {
      try {
        return await this.#gpu.call(operation, argument, signal);
      } catch (error) {
        // A run that fails on a GPU is a GPU that was lost; arguments were checked before.
        if (!(error instanceof RuntimeError)) throw error;
      }
    }
    this.#fallback ??= this.#moveToFallback();
    return (await this.#fallback).call(operation, argument, signal);
  }

  async close(): Promise<void> {
    await this.#gpu.close();
    await (await this.#fallback?.catch(() => undefined))?.close();
  }

  async #moveToFallback(): Promise<ModelPort> {
    const port = await this.#startFallback();
    await this.#gpu.close();
    return port;
  }
}
