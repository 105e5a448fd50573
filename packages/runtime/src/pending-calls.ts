// The owner's side of the messages: the calls that wait for a reply.
import { ArtifactError, GenerationError, ModelSourceError, TokenizerError } from '@ostinato/core';
import { DeviceError, type ModelClosedError, RuntimeError } from './errors.js';
import type { Notice, RemoteError, Reply } from './protocol.js';

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
  readonly onNotice: CallOptions['onNotice'];
}

export interface CallOptions {
  /** Aborting it settles the call at once; a reply that comes all the same is dropped. */
  readonly signal?: AbortSignal | undefined;
  /** Tells the other side that nobody waits for that id any more. Default: it is not told. */
  readonly cancel?: ((id: number) => void) | undefined;
  /** Gets what is told before the reply. */
  readonly onNotice?: ((notice: unknown) => void) | undefined;
}

/** Calls by id, until they are answered or the other side is gone. */
export class PendingCalls {
  readonly #waiting = new Map<number, Waiting>();
  #closed: ModelClosedError | undefined;
  #nextId = 0;

  get size(): number {
    return this.#waiting.size;
  }

  /** Whether the other side is gone. */
  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** Adds a call.
   *  @param send sends the request of that id
   *  @returns the result of its reply
   *  @throws {ModelClosedError} if the other side is gone, or goes before it has answered
   *  @throws the signal's reason */
  async add(
    send: (id: number) => void,
    { signal, cancel, onNotice }: CallOptions = {},
  ): Promise<unknown> {
    if (this.#closed) throw this.#closed;
    signal?.throwIfAborted();
    const id = this.#nextId++;
    let abort = (): void => {};
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject, onNotice });
        abort = () => {
          if (!this.#waiting.delete(id)) return;
          cancel?.(id);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', abort, { once: true });
        send(id);
      });
    } finally {
      this.#waiting.delete(id); // also where sending threw
      signal?.removeEventListener('abort', abort);
    }
  }

  settle(message: Reply | Notice): void {
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return; // closed or aborted meanwhile
    if ('notice' in message) {
      waiting.onNotice?.(message.notice);
      return;
    }
    this.#waiting.delete(message.id);
    if (message.ok) waiting.resolve(message.result);
    else waiting.reject(errorOf(message.error));
  }

  /** Rejects what waits, and whatever is added later. The first reason stays. */
  close(error: ModelClosedError): void {
    this.#closed ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#closed);
    this.#waiting.clear();
  }
}

function errorOf({ kind, code, message }: RemoteError): Error {
  switch (kind) {
    case 'artifact':
      return new ArtifactError(code, message);
    case 'source':
      return new ModelSourceError(code, message);
    case 'tokenizer':
      return new TokenizerError(code, message);
    case 'device':
      return new DeviceError(code, message);
    case 'generation':
      return new GenerationError(code, message);
    case 'run':
      return new RuntimeError(code, `model: a run failed: ${message}`);
  }
}
