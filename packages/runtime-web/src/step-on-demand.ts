// A model that composes needs one graph; the other one is brought when somebody asks for logits.
import { type ModelCalls, ModelClosedError, type ModelPort } from '@ostinato/runtime';
import type { GraphSource } from './start-model.js';
import type { EngineClient } from './worker/client.js';

/** Brings the step graph before the first `consume` or `score`; calls keep their order. */
export class StepOnDemand implements ModelPort {
  readonly #client: EngineClient;
  readonly #closed = new AbortController();
  /** Not brought yet. */
  #step: GraphSource | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: EngineClient, step: GraphSource) {
    this.#client = client;
    this.#step = step;
  }

  call<Name extends keyof ModelCalls>(
    operation: Name,
    argument: ModelCalls[Name]['request'],
    signal?: AbortSignal,
  ): Promise<ModelCalls[Name]['reply']> {
    const needsStep = operation !== 'decode';
    const ready = this.#last.then(() => (needsStep ? this.#bringStep() : undefined));
    this.#last = ready.catch(() => undefined); // a download that failed fails its call; later ones try again
    return ready.then(() => this.#client.call(operation, argument, signal));
  }

  close(): Promise<void> {
    this.#closed.abort(
      new ModelClosedError('model-disposed', 'model: disposed of while a graph was fetched'),
    );
    return this.#client.close();
  }

  async #bringStep(): Promise<void> {
    const source = this.#step;
    if (!source) return;
    const isFetched = typeof source === 'function';
    const content = isFetched ? await source(this.#closed.signal) : source;
    const transfer = isFetched ? [content.buffer as ArrayBuffer] : [];
    await this.#client.call('addGraph', { kind: 'step', content }, undefined, transfer);
    this.#step = undefined;
  }
}
