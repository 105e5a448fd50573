// Entry point of an engine's child process.
import { readdirSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { describeError, type Reply, type Request } from '@ostinato/runtime/session-side';
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
    giveWay(); // and not before: whoever waits for a model waits for this process
    return undefined;
  },
  ping: async () => undefined,
  decode: async (id, call) => started().decode(id, call),
  consume: async (id, request) => started().consume(id, request),
  score: async (id, request) => started().score(id, request),
};

/** Lets others go first. On Linux niceness is of a thread, and those of ONNX Runtime are there already. */
function giveWay(): void {
  const threads = process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [0];
  for (const thread of threads) {
    try {
      setPriority(thread, Math.min(19, getPriority(thread) + NICENESS));
    } catch {
      // Not allowed here, or the thread is gone: it computes at the usual priority.
    }
  }
}

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

process.on('message', (request: EngineRequest) => void replyTo(request));
liveWithParent();
