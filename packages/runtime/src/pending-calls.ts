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

  /** Adds a call.
   *  @param send sends the request of that id
   *  @returns the result of its reply
   *  @throws {ModelClosedError} if the other side is gone, or goes before it has answered */
  add(send: (id: number) => void): Promise<unknown> {
    if (this.#closed) return Promise.reject(this.#closed);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      send(id);
    });
  }

  settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    if (!waiting) return; // closed meanwhile
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
