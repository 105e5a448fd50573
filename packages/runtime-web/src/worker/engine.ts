// ONNX Runtime in a browser: the model's sessions, what fetches and checks them, and the messages to both.
import { ModelSessions, replyTo, type Request, serveModel } from '@ostinato/runtime';
import type { LoadProgress } from '../load-meter.js';
import { startWithModule } from '../start-with-module.js';
import { ModelFetcher } from './fetch-model.js';
import { fetchRuntime } from './fetch-runtime.js';
import { LateCache } from './late-cache.js';
import type {
  ComputeDevice,
  Connect,
  LoadingCalls,
  PrepareRequest,
  StartRequest,
} from './messages.js';
import { createBackend, initialize, type Ort, sessionError } from './onnx-backend.js';

/** ONNX Runtime's own workers, which help with threads, load the same file and are named so. */
const THREAD_NAME = 'em-pthread';

type LoadingHandlers = {
  [Name in keyof LoadingCalls]: (
    argument: LoadingCalls[Name]['request'],
    tell: (notice: LoadingCalls[Name]['notice']) => void,
  ) => Promise<LoadingCalls[Name]['reply']>;
};

export function createConnect(ort: Ort, device: ComputeDevice): Connect {
  return (send) => {
    const stop = new AbortController();
    const cache = new LateCache();
    const fetcher = new ModelFetcher(device, cache, stop.signal);
    const loading: LoadingHandlers = {
      prepare: (request, tell) =>
        prepare(ort, device, request, { cache, signal: stop.signal, tell }),
      fetchModel: (request, tell) => fetcher.fetchModel(request, tell),
      fetchManifest: (request) => fetcher.fetchManifest(request),
      fetchGolden: (request) => fetcher.fetchGolden(request),
    };
    const server = serveModel(async (given: StartRequest) => {
      const backend = createBackend(ort, device);
      const sessions = await ModelSessions.create({ ...(given ?? fetcher.take()), backend });
      await cache.settled();
      return sessions;
    }, send);
    return {
      receive: (request) => {
        const handler = loading[request.operation as keyof LoadingCalls] as
          | ((argument: never, tell: (notice: unknown) => void) => Promise<unknown>)
          | undefined;
        if (!handler) server.receive(request);
        else void answer(request, handler, send);
      },
      close: () => {
        stop.abort();
        return server.close();
      },
    };
  };
}

async function answer(
  request: Request,
  handler: (argument: never, tell: (notice: unknown) => void) => Promise<unknown>,
  send: Parameters<Connect>[0],
): Promise<void> {
  const tell = (notice: unknown): void => send({ id: request.id, notice });
  send(await replyTo(request, (argument) => handler(argument, tell)));
}

interface PrepareOptions {
  readonly cache: LateCache;
  readonly signal: AbortSignal;
  readonly tell: (notice: LoadProgress) => void;
}

/** ONNX Runtime starts, with its threads, while the model still comes. If it cannot, it says so again and better when it
 *  is asked for the model's session. */
async function prepare(
  ort: Ort,
  device: ComputeDevice,
  { threads, url, wasm, cache: settings }: PrepareRequest,
  { cache, signal, tell }: PrepareOptions,
): Promise<undefined> {
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = 'error';
  const coming = fetchRuntime(new URL(url), wasm, {
    cache: cache.open(settings),
    signal,
    onBytes: (bytesDone) => tell({ file: wasm.file, bytesDone, bytesTotal: wasm.bytes }),
  });
  const module = await coming.catch((cause: unknown) => {
    throw cause instanceof WebAssembly.CompileError ? sessionError(device, cause) : cause;
  });
  await startWithModule(ort, module, () => initialize(ort, device));
  return undefined;
}

/** Serves the page that started this worker; does nothing in a page itself. */
export function serveInWorker(connect: Connect): void {
  const scope = globalThis as unknown as Worker & { readonly name: string };
  if (typeof document !== 'undefined' || scope.name.startsWith(THREAD_NAME)) return;
  const { receive } = connect((reply) => scope.postMessage(reply));
  scope.addEventListener('message', ({ data }) => receive(data));
}
