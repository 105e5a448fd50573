// A renderer on threads of its own, so that the one that answers never computes for long.
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { OstinatoError } from '@ostinato/core';
import workerpool from 'workerpool';
import { ProblemError } from '../../problem/problem.js';
import type { Renderer, RenderOptions, Sound } from '../../rendering/renderer.js';
import { ServeError } from '../serve-error.js';
import type { Calls, Outcome, SoundMessage } from './protocol.js';

export interface ThreadRendererOptions {
  /** 1..64. Default: one for each four cores. */
  readonly threads?: number;
  /** Tasks that wait for a thread; more are refused. Default 256. */
  readonly queued?: number;
  /** Seconds that one task may take; then its thread is replaced. Default 60. */
  readonly seconds?: number;
  /** Milliseconds for which a thread may go on with what nobody waits for any more. Most tasks take less, and a thread costs
   *  more to replace; the sounds that it makes would end with it. Default 500. */
  readonly patienceMs?: number;
  /** The compiled entry point; tests give another. */
  readonly script?: string;
}

export interface ThreadRenderer extends Renderer, AsyncDisposable {
  /** Ends the threads, whatever they do. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a thread may fill with objects: core's own limits keep the worst file near 100. */
const HEAP_MEBIBYTES = 512;

/** Makes a renderer. A thread that dies is replaced, and what it had is done again once. What is aborted leaves the queue, or
 *  its thread: that is replaced if it does not come to an end soon.
 *  @throws {RangeError} if an option is outside its range
 *  @throws {ServeError} `not-built` in a checkout that was not built */
export function createThreadRenderer({
  threads = Math.max(1, Math.floor(availableParallelism() / 4)),
  queued = 256,
  seconds = 60,
  patienceMs = 500,
  script = entryFile(),
}: ThreadRendererOptions = {}): ThreadRenderer {
  if (!Number.isInteger(threads) || threads < 1 || threads > 64) {
    throw new RangeError(`threads: expected an integer in 1..64, found ${threads}`);
  }
  const pool = workerpool.pool(script, {
    workerType: 'thread',
    minWorkers: 'max',
    workerTerminateTimeout: patienceMs,
    maxWorkers: threads,
    maxQueueSize: queued,
    workerThreadOpts: {
      execArgv: [], // those of this process are not for compiled code
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEBIBYTES },
    },
  });

  const execute = async (
    name: keyof Calls,
    parameters: unknown[],
    { signal, transfer = [] }: RenderOptions & { transfer?: MessagePort[] },
  ): Promise<unknown> => {
    signal?.throwIfAborted();
    const task = pool.exec(name, parameters, { transfer }).timeout(seconds * 1000);
    const stop = (): void => void task.cancel();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await task;
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  };

  const call = async <T, Name extends keyof Calls>(
    name: Name,
    parameters: Calls[Name],
    options: RenderOptions = {},
  ): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return valueOf((await execute(name, parameters, options)) as Outcome<T>);
      } catch (error) {
        if (options.signal?.aborted) throw error;
        if (error instanceof OstinatoError) throw error;
        if (!hasDied(error) || attempt === 2) throw problemOf(error);
      }
    }
  };

  return {
    readMidi: (bytes, limits, options) => call('readMidi', [bytes, limits], options),
    encode: ({ config, hash }, score, labels, options) =>
      call('encode', [{ config, hash }, score, labels], options),
    midi: (score, options) => call('midi', [score], options),
    svg: (score, options) => call('svg', [score], options),
    wav: async (score, { signal } = {}) => {
      const { port1, port2 } = new MessageChannel();
      try {
        const options = { signal, transfer: [port2] };
        const outcome = (await execute('wav', [score, port2], options)) as Outcome<number>;
        return soundFrom(port1, valueOf(outcome));
      } catch (error) {
        port1.close();
        throw problemOf(error);
      }
    },
    [Symbol.asyncDispose]: async () => {
      await pool.terminate(true);
    },
  };
}

function valueOf<T>(outcome: Outcome<T>): T {
  if ('value' in outcome) return outcome.value;
  const { name, code, message } = outcome.error;
  const error = new OstinatoError(code, message);
  error.name = name;
  throw error;
}

/** What comes through the port, a block for each that is read. */
function soundFrom(port: MessagePort, bytes: number): Sound {
  const ask = { kind: 'next' } satisfies SoundMessage;
  // Told once, perhaps while nobody reads.
  let ended = false;
  port.once('close', () => {
    ended = true;
  });
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull: (controller) =>
        new Promise<void>((resolve, reject) => {
          const settle = (message?: SoundMessage): void => {
            port.off('message', settle);
            port.off('close', settle);
            if (message?.kind === 'block') controller.enqueue(message.block);
            else if (message?.kind === 'end') controller.close();
            else return reject(new Error('the thread that made this sound has ended'));
            resolve();
          };
          if (ended) return settle();
          port.on('message', settle);
          port.on('close', settle);
          port.postMessage(ask);
        }),
      cancel: () => port.close(),
    },
    { highWaterMark: 0 },
  );
  return { bytes, stream };
}

function hasDied(error: unknown): boolean {
  return error instanceof Error && /terminated/i.test(error.message);
}

function problemOf(error: unknown): unknown {
  if (error instanceof workerpool.Promise.TimeoutError) {
    return new ProblemError('deadline', 'rendering took too long; ask for less', { cause: error });
  }
  if (error instanceof Error && /queue size/i.test(error.message)) {
    return new ProblemError('overloaded', 'too much waits to be rendered; try again', {
      headers: { 'retry-after': '2' },
      cause: error,
    });
  }
  return error;
}

/** The thread runs compiled code, also when this file runs from source in a test. */
function entryFile(): string {
  const url = import.meta.url.endsWith('.ts')
    ? new URL('../../../dist/node/renderer/worker.js', import.meta.url)
    : new URL('./worker.js', import.meta.url);
  const file = fileURLToPath(url);
  if (existsSync(file)) return file;
  throw new ServeError(
    'not-built',
    '@ostinato/server: its compiled files are missing; run `npm run build` first',
  );
}
