// Entry point of the child process that owns a model's sessions. ONNX Runtime computes on the thread that calls it and
// aborts its process if that is ended meanwhile, so the model lives in a process that can be killed.
import { OstinatoError } from '@ostinato/core';
import type { OperationName, Operations, RemoteError, Reply, Request } from './protocol.js';
import { DeviceError } from '../errors.js';
import { ModelSessions } from './sessions.js';

let sessions: ModelSessions | undefined;
let last: Promise<void> = Promise.resolve();

const handlers: {
  [Name in OperationName]: (
    argument: Operations[Name]['request'],
  ) => Promise<Operations[Name]['reply']>;
} = {
  start: async (argument) => {
    sessions = await ModelSessions.create(argument);
    return undefined;
  },
  consume: (argument) => started().consume(argument),
  decode: (argument) => started().decode(argument),
  score: (argument) => started().score(argument),
};

function started(): ModelSessions {
  if (!sessions) throw new Error('internal: the model has not been started');
  return sessions;
}

async function serve({ id, operation, argument }: Request): Promise<void> {
  let reply: Reply;
  try {
    // The request's type ties the argument to the operation; the compiler does not follow it through the index.
    const handler = handlers[operation] as (argument: unknown) => Promise<unknown>;
    reply = { id, ok: true, result: await handler(argument) };
  } catch (error) {
    reply = { id, ok: false, error: describe(error) };
  }
  process.send?.(reply);
}

function describe(error: unknown): RemoteError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof DeviceError) return { kind: 'device', code: error.code, message };
  if (error instanceof OstinatoError) return { kind: 'generation', code: error.code, message };
  return { kind: 'run', code: 'run-failed', message };
}

process.on('message', (request: Request) => {
  last = last.then(() => serve(request));
});

// Ctrl-C reaches the whole process group; the parent decides what becomes of this process.
process.on('SIGINT', () => {});

// Nothing here outlives the parent, and nothing needs saving. A kill, because an orderly exit aborts during a run.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
