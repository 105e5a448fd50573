// The other side of the messages, in the process or worker that owns the sessions: requests in, replies out, in order.
import {
  ArtifactError,
  ModelSourceError,
  OstinatoError,
  TokenizerError,
} from '@ostinato/core/model';
import { DeviceError } from './errors.js';
import type { Operations, RemoteError, Reply, Request } from './protocol.js';
import type { ModelSessions } from './sessions.js';

/** What a start takes is the runtime's own; it is only passed on here. */
type Handlers = {
  [Name in keyof Operations<never>]: (
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
 *  @param send sends a reply to the owner */
export function serveModel(
  start: (argument: never) => Promise<ModelSessions>,
  send: (reply: Reply) => void,
): ModelServer {
  let sessions: ModelSessions | undefined;
  const started = (): ModelSessions => {
    if (!sessions) throw new Error('internal: the model has not been started');
    return sessions;
  };
  const handlers: Handlers = {
    start: async (argument) => {
      sessions = await start(argument);
      return undefined;
    },
    consume: async (argument) => started().consume(argument),
    decode: async (argument) => started().decode(argument),
    score: async (argument) => started().score(argument),
  };

  let last: Promise<void> = Promise.resolve();
  return {
    receive: (request) => {
      const handler = handlers[request.operation as keyof Handlers];
      last = last.then(async () => send(await replyTo(request, handler)));
    },
    close: () => last.then(() => sessions?.release()),
  };
}

/** Does what a request asks for.
 *  @param handler takes its argument: the operation ties the two, which the compiler does not follow
 *  @returns what it gave or threw */
export async function replyTo(
  { id, argument }: Request,
  handler: (argument: never) => Promise<unknown>,
): Promise<Reply> {
  try {
    return { id, ok: true, result: await handler(argument as never) };
  } catch (error) {
    return { id, ok: false, error: describeError(error) };
  }
}

/** An error as data, for a reply. */
export function describeError(error: unknown): RemoteError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof DeviceError) return { kind: 'device', code: error.code, message };
  if (error instanceof ArtifactError) return { kind: 'artifact', code: error.code, message };
  if (error instanceof ModelSourceError) return { kind: 'source', code: error.code, message };
  if (error instanceof TokenizerError) return { kind: 'tokenizer', code: error.code, message };
  if (error instanceof OstinatoError) return { kind: 'generation', code: error.code, message };
  return { kind: 'run', code: 'run-failed', message };
}
