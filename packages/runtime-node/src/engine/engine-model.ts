// A NextTokenModel for many callers at the same time: their calls share the runs of a few processes.
import type { Grammar, ModelStatus } from '@ostinato/core';
import { RemoteModel } from '@ostinato/runtime';
import type { ModelParts } from '../node-model.js';
import { checkCount, checkThreads, defaultProcesses, threadsOfEach } from '../threads.js';
import { EnginePool } from './engine-pool.js';
import { rowGraph } from './row-graph.js';
import { shareGraphs } from './shared-graphs.js';

const MOST_PROCESSES = 64;
const MOST_SLOTS = 1024;
const MOST_PATIENCE_MILLISECONDS = 3_600_000;

/** More sequences at a time bring nearly nothing on a CPU, and make each wait longer for its next token. */
const DEFAULT_SLOTS = 64;

export interface EngineOptions {
  /** Processes, 1..64. Default: one for each core up to four, then one for each four cores. */
  readonly processes?: number;
  /** Threads of each process, 1..64. Default: its share of the cores, at most 4. */
  readonly threads?: number;
  /** Sequences that each process computes at a time, 1..1024; others wait. Default 64. */
  readonly slots?: number;
  /** How long a call waits while no process runs the model, until it is rejected with `not-ready`; 1 and more. Default
   *  10_000, several starts of a usual model. */
  readonly patienceMilliseconds?: number;
}

/** Starts the processes of an engine.
 *  @throws {DeviceError} if ONNX Runtime refuses the model
 *  @throws {RangeError} if an option is outside its range
 *  @throws {RuntimeError} `not-built` in a checkout that was not built */
export async function startEngine(
  { graphs: { step, chunk }, grammar, stateSize }: ModelParts,
  {
    processes = defaultProcesses(),
    threads = threadsOfEach(processes),
    slots = DEFAULT_SLOTS,
    patienceMilliseconds = 10_000,
  }: EngineOptions = {},
): Promise<EngineModel> {
  checkCount('processes', processes, MOST_PROCESSES);
  checkThreads(threads);
  checkCount('slots', slots, MOST_SLOTS);
  checkCount('patienceMilliseconds', patienceMilliseconds, MOST_PATIENCE_MILLISECONDS);
  const rows = chunk && rowGraph(chunk);
  const shared = shareGraphs({ step, ...(rows ? { rows } : chunk && { chunk }) });
  const graphs = { step, ...shared.graphs };
  const request = { threads, slots, graphs, grammar, stateSize };
  const pool = await EnginePool.start(request, { processes, patienceMilliseconds, shared });
  return new EngineModel(pool, grammar, stateSize);
}

/** A model whose calls share runs: sequences join and leave a running batch between any two of them, the oldest first, and
 *  each gives what it would give alone. A call whose `signal` is aborted leaves before the next run.
 *
 *  A process that dies or does not answer is replaced, and what it had is computed again by another one, exactly; a call whose
 *  process dies twice is rejected with `RuntimeError` `process-died`. Where none can be started, calls wait for a while and
 *  are rejected with `not-ready`. */
export class EngineModel extends RemoteModel {
  readonly #pool: EnginePool;

  /** @internal use `startEngine` or `loadEngine` */
  constructor(pool: EnginePool, grammar: Grammar, stateSize: number) {
    super(pool, grammar, stateSize);
    this.#pool = pool;
  }

  /** What it does at the moment. */
  status(): ModelStatus {
    return this.#pool.status;
  }

  /** Ids of the processes that run; for logs. */
  get processIds(): readonly number[] {
    return this.#pool.processIds;
  }
}
