// Entry point of an engine's child process.
import { getPriority, setPriority } from 'node:os';
import { describeError, type Reply, type Request } from '@ostinato/runtime';
import { Engine } from '../engine/child/engine.js';
import type { EngineOperations } from '../engine/protocol.js';
import { liveWithParent } from './live-with-parent.js';

/** Added to the niceness: where cores are scarce, whoever answers requests goes before whoever computes for them. */
const NICENESS = 5;

type Handlers = {
  [Name in keyof EngineOperations]: (
    id: number,
    argument: EngineOperations[Name]['request'],
  ) => Promise<EngineOperations[Name]['reply']>;
};

let engine: Engine | undefined;
const started = (): Engine => {
  if (!engine) throw new Error('internal: the engine has not been started');
  return engine;
};

const handlers: Handlers = {
  start: async (_, request) => {
    engine = await Engine.start(request);
    return undefined;
  },
  ping: async () => undefined,
  decode: async (id, call) => started().decode(id, call),
  consume: async (id, request) => started().consume(id, request),
  score: async (id, request) => started().score(id, request),
};

interface EngineRequest extends Omit<Request, 'operation'> {
  readonly operation: keyof EngineOperations | 'cancel';
}

async function replyTo({ id, operation, argument }: EngineRequest): Promise<void> {
  if (operation === 'cancel') {
    engine?.cancel(id);
    return;
  }
  let reply: Reply;
  try {
    // The operation ties the argument to its handler; the compiler does not follow it through the index.
    const handler = handlers[operation] as (id: number, argument: unknown) => Promise<unknown>;
    reply = { id, ok: true, result: await handler(id, argument) };
  } catch (error) {
    reply = { id, ok: false, error: describeError(error) };
  }
  process.send?.(reply);
}

// Before ONNX Runtime makes its threads, which inherit it.
try {
  setPriority(Math.min(19, getPriority() + NICENESS));
} catch {
  // Not allowed here: it computes at the usual priority.
}
process.on('message', (request: EngineRequest) => void replyTo(request));
liveWithParent();
