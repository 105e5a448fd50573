// The owner's side of the messages: the calls that wait for a reply.
import { GenerationError } from '@ostinato/core';
import { DeviceError, type ModelClosedError, RuntimeError } from './errors.js';
import type { RemoteError, Reply } from './protocol.js';

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
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
   *  @param signal aborting it settles the call at once; a reply that comes all the same is dropped
   *  @param cancel tells the other side that nobody waits for that id any more. Default: it is not told
   *  @returns the result of its reply
   *  @throws {ModelClosedError} if the other side is gone, or goes before it has answered
   *  @throws the signal's reason */
  async add(
    send: (id: number) => void,
    signal?: AbortSignal,
    cancel?: (id: number) => void,
  ): Promise<unknown> {
    if (this.#closed) throw this.#closed;
    signal?.throwIfAborted();
    const id = this.#nextId++;
    let abort = (): void => {};
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject });
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

  settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    if (!waiting) return; // closed or aborted meanwhile
    this.#waiting.delete(reply.id);
    if (reply.ok) waiting.resolve(reply.result);
    else waiting.reject(errorOf(reply.error));
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
    case 'device':
      return new DeviceError(code, message);
    case 'generation':
      return new GenerationError(code, message);
    case 'run':
      return new RuntimeError(code, `model: a run failed: ${message}`);
  }
}
