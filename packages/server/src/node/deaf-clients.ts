// Clients that take nothing of an answer that waits for them, whatever they send meanwhile.
import type { Socket } from 'node:net';
import type { OpenAnswers } from './open-answers.js';
import type { TimeLimits } from './time-limits.js';

interface Seen {
  readonly progress: string;
  /** Seconds of the clock. */
  readonly since: number;
}

/** Looks at every connection with an open answer again and again, and closes those where no byte has moved for too long. The
 *  socket's own timer would not do: it begins anew with everything that comes.
 *  @returns ends it */
export function closeDeafClients(
  open: OpenAnswers,
  { readSeconds, checkSeconds }: TimeLimits,
): () => void {
  const seen = new WeakMap<Socket, Seen>();
  const look = (): void => {
    const now = performance.now() / 1000;
    for (const socket of open.sockets()) {
      const progress = progressOf(socket);
      const before = seen.get(socket);
      if (progress === undefined) seen.delete(socket);
      else if (before?.progress !== progress) seen.set(socket, { progress, since: now });
      else if (now - before.since >= readSeconds) socket.destroy();
    }
  };
  const timer = setInterval(look, checkSeconds * 1000).unref();
  return () => clearInterval(timer);
}

/** Changes with every byte that moves; undefined where none waits. */
function progressOf(socket: Socket): string | undefined {
  const { bytesWritten, writableLength } = socket;
  if (writableLength === 0) return undefined;
  // Of one large write that is under way only the handle knows how far it is; Node's own timers ask it as well.
  const { _handle: handle } = socket as { _handle?: { writeQueueSize?: number } };
  return `${bytesWritten - writableLength} ${handle?.writeQueueSize}`;
}
