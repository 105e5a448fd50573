// The way to an engine's processes: each call goes to the one that has the least to do, and to another one if that dies. The
// caller's state travels with every call, so it does not matter which.
import type { ModelStatus } from '@ostinato/core';
import { type ModelCalls, ModelClosedError, type ModelPort, RuntimeError } from '@ostinato/runtime';
import { type EngineClient, EnginePlace, isDeath } from './engine-place.js';
import type { EngineStart } from './protocol.js';
import type { SharedGraphs } from './shared-graphs.js';

/** A place and the sequences of the calls that its process has. */
interface Seat {
  readonly place: EnginePlace;
  sequences: number;
}

export interface PoolOptions {
  readonly processes: number;
  /** How long a call waits while no process runs. */
  readonly patienceMilliseconds: number;
  /** Of the request; closed with the pool. */
  readonly shared: Pick<SharedGraphs<string>, 'file' | 'close'>;
}

export class EnginePool implements ModelPort {
  readonly #seats: readonly Seat[];
  readonly #slots: number;
  readonly #patienceMilliseconds: number;
  readonly #shared: PoolOptions['shared'];
  /** Calls for which there is no process at the moment: what wakes them. */
  readonly #waiting = new Set<() => void>();
  #waitingSequences = 0;
  #tokens = 0;
  #isClosed = false;

  private constructor(
    request: EngineStart,
    { processes, patienceMilliseconds, shared }: PoolOptions,
  ) {
    this.#shared = shared;
    this.#slots = request.slots;
    this.#patienceMilliseconds = patienceMilliseconds;
    const wakeAll = (): void => {
      for (const wake of this.#waiting) wake();
    };
    this.#seats = Array.from({ length: processes }, () => ({
      place: new EnginePlace(request, shared.file, wakeAll),
      sequences: 0,
    }));
  }

  /** Starts the processes.
   *  @throws what the first of them could not be started with */
  static async start(request: EngineStart, options: PoolOptions): Promise<EnginePool> {
    const pool = new EnginePool(request, options);
    try {
      await Promise.all(pool.#seats.map(({ place }) => place.started));
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  get status(): ModelStatus {
    const seats = this.#seats;
    const slots = this.#slots;
    const sum = (of: (seat: Seat) => number): number =>
      seats.reduce((total, seat) => total + of(seat), 0);
    return {
      ready: !this.#isClosed && seats.some(({ place }) => place.client !== undefined),
      slots: slots * seats.length,
      running: sum(({ sequences }) => Math.min(sequences, slots)),
      waiting: this.#waitingSequences + sum(({ sequences }) => Math.max(0, sequences - slots)),
      restarts: sum(({ place }) => place.restarts),
      tokens: this.#tokens,
    };
  }

  /** Ids of the processes that run. */
  get processIds(): number[] {
    return this.#seats.flatMap(({ place }) => place.client?.pid ?? []);
  }

  /** @throws {RuntimeError} `process-died` if two processes died while they had the call
   *  @throws as `#leastBusy` does */
  async call<Name extends keyof ModelCalls>(
    operation: Name,
    argument: ModelCalls[Name]['request'],
    signal?: AbortSignal,
  ): Promise<ModelCalls[Name]['reply']> {
    for (let isRetry = false; ; isRetry = true) {
      const { seat, client } = await this.#leastBusy(argument.batch, signal);
      seat.sequences += argument.batch;
      try {
        const reply = await client.call(operation, argument, signal);
        this.#tokens += 'counts' in argument ? sumOf(argument.counts) : argument.tokens.length;
        return reply;
      } catch (error) {
        if (!isDeath(error)) throw error;
        // Once more, exactly as before. Twice may be the fault of the call.
        if (isRetry) throw diedTwice(error);
      } finally {
        seat.sequences -= argument.batch;
      }
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const wake of this.#waiting) wake();
    await Promise.all(this.#seats.map(({ place }) => place.close()));
    this.#shared.close();
  }

  /** @param sequences of the call
   *  @throws as `#nextReady` does, and {ModelClosedError} `model-disposed` */
  async #leastBusy(
    sequences: number,
    signal: AbortSignal | undefined,
  ): Promise<{ seat: Seat; client: EngineClient }> {
    for (;;) {
      if (this.#isClosed) {
        throw new ModelClosedError('model-disposed', 'model: used after it was disposed of');
      }
      const running = this.#seats.flatMap((seat) => {
        const { client } = seat.place;
        return client ? [{ seat, client }] : [];
      });
      const [first, ...others] = running;
      if (first) {
        return others.reduce((a, b) => (b.seat.sequences < a.seat.sequences ? b : a), first);
      }
      this.#waitingSequences += sequences;
      try {
        await this.#nextReady(signal);
      } finally {
        this.#waitingSequences -= sequences;
      }
    }
  }

  /** Fulfilled when a process has started, or when this is closed.
   *  @throws {RuntimeError} `not-ready` if none does in time
   *  @throws the signal's reason */
  #nextReady(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void) => (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        this.#waiting.delete(wake);
        outcome();
      };
      const wake = settle(resolve);
      const abort = settle(() => reject(signal?.reason as Error));
      const timer = setTimeout(
        settle(() => reject(this.#notReady())),
        this.#patienceMilliseconds,
      );
      signal?.addEventListener('abort', abort);
      this.#waiting.add(wake);
    });
  }

  #notReady(): RuntimeError {
    const cause = this.#seats.find(({ place }) => place.lastFailure)?.place.lastFailure;
    const reason = cause instanceof Error ? `; the last one failed: ${cause.message}` : '';
    return new RuntimeError(
      'not-ready',
      `engine: no process could be started for ${this.#patienceMilliseconds / 1000} s${reason}; try again later`,
      { cause },
    );
  }
}

function diedTwice(cause: ModelClosedError): RuntimeError {
  return new RuntimeError(
    'process-died',
    `engine: two processes ended while they had this call, the last one so: ${cause.message}; ` +
      'try again, and where it happens again, something is wrong with the call',
    { cause },
  );
}

function sumOf(counts: Int32Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
