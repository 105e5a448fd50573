// One place of an engine: a process that is watched, and replaced when it is gone or stuck. A process holds nothing that
// cannot be sent again, so another one in its place is as good.
import { setTimeout } from 'node:timers/promises';
import { ModelClosedError } from '@ostinato/runtime';
import { ProcessClient } from '../process/client.js';
import type { EngineOperations, EngineStart } from './protocol.js';
import { PING_MILLISECONDS, Silence, waitedForCores } from './silence.js';

/** A larger model takes seconds to start. */
const START_MILLISECONDS = 60_000;
/** Between starts that failed: doubled from the first to the second. */
const SHORTEST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 8000;

export type EngineClient = ProcessClient<EngineOperations>;

export class EnginePlace {
  readonly #request: EngineStart;
  readonly #file: number | undefined;
  readonly #onReady: () => void;
  readonly #closing = new AbortController();
  /** Settles with the first process: started, or what it failed with. */
  readonly started: Promise<void>;
  #client: EngineClient | undefined;
  #isReady = false;
  #starts = 0;
  #lastFailure: unknown;

  /** @param file of the request's graphs, if they are in one
   *  @param onReady called whenever a process has started */
  constructor(request: EngineStart, file: number | undefined, onReady: () => void) {
    this.#request = request;
    this.#file = file;
    this.#onReady = onReady;
    this.started = new Promise((resolve, reject) => {
      void this.#keepRunning(resolve, reject);
    });
  }

  /** The process that can be asked, if there is one. */
  get client(): EngineClient | undefined {
    return this.#isReady && !this.#client?.isClosed ? this.#client : undefined;
  }

  /** Processes after the first. */
  get restarts(): number {
    return Math.max(0, this.#starts - 1);
  }

  /** What ended the last process. */
  get lastFailure(): unknown {
    return this.#lastFailure;
  }

  /** Ends the process for good. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#client?.close();
  }

  async #keepRunning(resolve: () => void, reject: (error: unknown) => void): Promise<void> {
    let failures = 0;
    while (!this.#closing.signal.aborted) {
      try {
        await this.#start();
        failures = 0;
        resolve();
        await this.#watch();
      } catch (error) {
        this.#lastFailure = error;
        reject(error); // has no effect after the first start
        await pause(failures++, this.#closing.signal);
      }
    }
  }

  /** @throws what the process could not be started with */
  async #start(): Promise<void> {
    this.#starts++;
    const entry = new URL('../process/engine.js', import.meta.url);
    const client: EngineClient = new ProcessClient({ entry, tellAborts: true, file: this.#file });
    this.#client = client;
    const tooLong = AbortSignal.timeout(START_MILLISECONDS);
    try {
      await client.call('start', this.#request, tooLong);
    } catch (error) {
      await client.close();
      throw error;
    }
    this.#isReady = true;
    this.#onReady();
  }

  /** Fulfilled when the process is gone; one that does not answer any more is killed. */
  async #watch(): Promise<void> {
    const client = this.#client!;
    const silence = new Silence(() => waitedForCores(client.pid!));
    let isWaiting = false;
    const ping = async (): Promise<void> => {
      if (isWaiting) {
        if (silence.goesOn()) client.kill();
        return;
      }
      isWaiting = true;
      silence.begin();
      await client.call('ping', undefined).catch(() => {}); // it is gone
      isWaiting = false;
    };
    const timer = setInterval(() => void ping(), PING_MILLISECONDS);
    timer.unref();
    await client.ended;
    clearInterval(timer);
    this.#isReady = false;
  }
}

/** Whether a call failed because the process that had it is gone. */
export function isDeath(error: unknown): error is ModelClosedError {
  return error instanceof ModelClosedError && error.code === 'process-died';
}

async function pause(failures: number, signal: AbortSignal): Promise<void> {
  const milliseconds = Math.min(
    LONGEST_PAUSE_MILLISECONDS,
    SHORTEST_PAUSE_MILLISECONDS * 2 ** failures,
  );
  await setTimeout(milliseconds, undefined, { signal, ref: false }).catch(() => {}); // closed meanwhile
}
