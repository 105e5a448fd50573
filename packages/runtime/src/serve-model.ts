// The other side of the messages, in the process or worker that owns the sessions: requests in, replies out, in order.
import { OstinatoError } from '@ostinato/core';
import { DeviceError } from './errors.js';
import type { Operations, OperationName, RemoteError, Reply, Request } from './protocol.js';
import type { ModelSessions } from './sessions.js';

/** What the first two take is the runtime's own; it is only passed on here. */
type Handlers = {
  [Name in OperationName]: (
    argument: Operations<never>[Name]['request'],
  ) => Promise<Operations<never>[Name]['reply']>;
};

export interface ModelServer {
  /** Takes a request. */
  receive(request: Request): void;
  /** Frees the sessions after the call at work; only needed where the process or worker lives on. */
  close(): Promise<void>;
}

/** @param start makes the sessions, when the owner asks for it
 *  @param send sends a reply to the owner
 *  @param prepare does what can be done before the start. Default: nothing */
export function serveModel(
  start: (argument: never) => Promise<ModelSessions>,
  send: (reply: Reply) => void,
  prepare: (argument: never) => Promise<void> = async () => undefined,
): ModelServer {
  let sessions: ModelSessions | undefined;
  const started = (): ModelSessions => {
    if (!sessions) throw new Error('internal: the model has not been started');
    return sessions;
  };
  const handlers: Handlers = {
    prepare: async (argument) => {
      await prepare(argument);
      return undefined;
    },
    start: async (argument) => {
      sessions = await start(argument);
      return undefined;
    },
    addGraph: async ({ kind, content }) => {
      started().addGraph(kind, content);
      return undefined;
    },
    consume: async (argument) => started().consume(argument),
    decode: async (argument) => started().decode(argument),
    score: async (argument) => started().score(argument),
  };

  async function serve({ id, operation, argument }: Request): Promise<void> {
    let reply: Reply;
    try {
      // The operation ties the argument to its handler; the compiler does not follow it through the index.
      const handler = handlers[operation] as (argument: unknown) => Promise<unknown>;
      reply = { id, ok: true, result: await handler(argument) };
    } catch (error) {
      reply = { id, ok: false, error: describeError(error) };
    }
    send(reply);
  }

  let last: Promise<void> = Promise.resolve();
  return {
    receive: (request) => {
      last = last.then(() => serve(request));
    },
    close: () => last.then(() => sessions?.release()),
  };
}

/** An error as data, for a reply. */
export function describeError(error: unknown): RemoteError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof DeviceError) return { kind: 'device', code: error.code, message };
  if (error instanceof OstinatoError) return { kind: 'generation', code: error.code, message };
  return { kind: 'run', code: 'run-failed', message };
}
