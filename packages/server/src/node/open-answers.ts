// The requests that have come and are not answered to their end.
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export class OpenAnswers {
  readonly #bySocket = new Map<Socket, ServerResponse[]>();
  readonly #waiting = new Set<() => void>();

  /** Connections with at least one. */
  get size(): number {
    return this.#bySocket.size;
  }

  add(socket: Socket, answer: ServerResponse): void {
    const open = this.#bySocket.get(socket) ?? [];
    open.push(answer); // a client may send the next request before it has the answer
    this.#bySocket.set(socket, open);
    answer.once('close', () => {
      open.splice(open.indexOf(answer), 1);
      if (open.length > 0) return;
      this.#bySocket.delete(socket);
      if (this.size > 0) return;
      for (const tell of this.#waiting) tell();
    });
  }

  /** @returns the answer that a connection is given at the moment */
  of(socket: Duplex): ServerResponse | undefined {
    return this.#bySocket.get(socket as Socket)?.[0];
  }

  sockets(): Iterable<Socket> {
    return this.#bySocket.keys();
  }

  /** Waits until none is open, but no longer than that. */
  async allClosed(milliseconds: number): Promise<void> {
    if (this.size === 0) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      this.#waiting.add(end);
    });
  }
}
