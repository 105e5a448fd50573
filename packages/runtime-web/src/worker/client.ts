// The page's end of a model: requests out, replies in, to a worker or to the same code on this thread.
import {
  ModelClosedError,
  type ModelPort,
  type Notice,
  PendingCalls,
  type Reply,
  type Request,
} from '@ostinato/runtime';
import { sameOriginScript } from '../same-origin-script.js';
import type { Connect, LoadingCalls, WebOperations } from './messages.js';

/** The way to the code of a worker's file, wherever it runs. */
interface Connection {
  post(request: Request): void;
  close(): void | Promise<void>;
}

export class EngineClient implements ModelPort {
  readonly #calls = new PendingCalls();
  #connection: Connection | undefined;

  private constructor() {}

  /** Loads the code.
   *  @param url of `wasm-worker.js` or `webgpu-worker.js`
   *  @param inWorker whether it runs in a worker or on this thread
   *  @throws {ModelClosedError} `worker-failed` if there is nothing to load; where it shows later, by the first call */
  static async open(url: URL, inWorker: boolean): Promise<EngineClient> {
    const client = new EngineClient();
    try {
      client.#connection = inWorker ? await client.#openWorker(url) : await client.#openHere(url);
    } catch (cause) {
      throw notLoaded(url, cause);
    }
    return client;
  }

  /** Sends a request; the calls of a model are served in their order.
   *  @throws the reason of `signal`
   *  @throws {ModelClosedError} if the model is disposed of, or its worker fails before it has answered */
  call<Name extends keyof WebOperations>(
    operation: Name,
    argument: WebOperations[Name]['request'],
    signal?: AbortSignal,
    onNotice?: Name extends keyof LoadingCalls
      ? (notice: LoadingCalls[Name]['notice']) => void
      : never,
  ): Promise<WebOperations[Name]['reply']> {
    const result = this.#calls.add((id) => this.#connection?.post({ id, operation, argument }), {
      signal,
      onNotice: onNotice as ((notice: unknown) => void) | undefined,
    });
    return result as Promise<WebOperations[Name]['reply']>; // the other side's handlers are held to the same table
  }

  /** Ends the worker at once, whatever it computes. Waiting calls are rejected. */
  async close(): Promise<void> {
    this.#calls.close(
      new ModelClosedError('model-disposed', 'model: used after it was disposed of'),
    );
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }

  async #openWorker(url: URL): Promise<Connection> {
    const script = await sameOriginScript(url);
    const worker = new Worker(script.url, { type: 'module', name: 'ostinato' });
    worker.addEventListener('message', ({ data }: MessageEvent<Reply | Notice>) =>
      this.#calls.settle(data),
    );
    worker.addEventListener('error', (event) => {
      event.preventDefault(); // it is told to the callers
      this.#calls.close(notLoaded(url, event.message ?? 'the script could not be loaded'));
    });
    return {
      post: (request) => worker.postMessage(request),
      close: () => {
        worker.terminate();
        script.forget();
      },
    };
  }

  async #openHere(url: URL): Promise<Connection> {
    const { connect } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ url.href)) as {
      connect: Connect;
    };
    const { receive, close } = connect((message) => this.#calls.settle(message));
    return { post: receive, close };
  }
}

function notLoaded(url: URL, cause: unknown): ModelClosedError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ModelClosedError(
    'worker-failed',
    `${url.href}: the model's worker failed (${reason}); serve the files of @ostinato/web there, or say where they ` +
      'are with the option `files`; a Content-Security-Policy must allow it in worker-src',
    { cause },
  );
}
