// A model that serves many callers at the same time, in the process that owns its sessions.
import {
  type ConsumeRequest,
  type DecodeCall,
  type ModelCalls,
  ModelSessions,
  type ScoreRequest,
} from '@ostinato/runtime/session-side';
import { createBackend } from '../../process/devices.js';
import { type EngineStart, GRAPHS_FILE } from '../protocol.js';
import { readSharedGraph, type SharedGraph } from '../shared-graphs.js';
import { BatchLoop, MOST_STEPS } from './batch-loop.js';
import { RowRunner } from './row-runner.js';
import { type Runner, SharedParametersRunner } from './runner.js';
import { DecodeWork } from './sequence.js';

/** Tokens and sequences of one run of the step graph, so that it holds up nobody for much longer than a run of the batch. They
 *  are fixed, because another number of tokens gives logits that differ in their last bits. */
const WINDOW_STEPS = 16;
const WINDOW_ROWS = 4;

/** What a call that was cancelled is rejected with; nobody reads it. */
const CANCELLED = new Error('internal: cancelled');

export class Engine {
  readonly #sessions: ModelSessions;
  readonly #loop: BatchLoop;
  /** What stops a call, by its id, while it is under way. */
  readonly #stops = new Map<number, () => void>();

  private constructor(sessions: ModelSessions, runner: Runner, slots: number) {
    this.#sessions = sessions;
    this.#loop = new BatchLoop(runner, slots);
  }

  /** @throws {DeviceError} if ONNX Runtime refuses the model */
  static async start(request: EngineStart): Promise<Engine> {
    const { threads, slots, grammar, stateSize } = request;
    const { step, rows, chunk } = request.graphs;
    const backend = createBackend('cpu', threads);
    const read = (graph: SharedGraph): Uint8Array => readSharedGraph(graph, GRAPHS_FILE);
    const graphs = {
      step: async (): Promise<Uint8Array> => read(step),
      ...(chunk && { chunk: async (): Promise<Uint8Array> => read(chunk) }),
    };
    // Beside a graph of rows these only consume and score, which few ask for; a process is ready sooner without them.
    const lazily = rows !== undefined;
    const sessions = await ModelSessions.create({ graphs, grammar, backend, lazily });
    if (!rows) return new Engine(sessions, new SharedParametersRunner(sessions), slots);
    const session = await backend.createSession(read(rows), 'chunk');
    const vocabularySize = grammar.stateAfter.length;
    const sizes = { slots, steps: MOST_STEPS, vocabularySize, stateSize };
    return new Engine(sessions, new RowRunner(session, sizes), slots);
  }

  /** Calls under way. */
  get calls(): number {
    return this.#stops.size;
  }

  async decode(id: number, call: DecodeCall): Promise<ModelCalls['decode']['reply']> {
    const work = new DecodeWork(call, performance.now());
    this.#loop.add(work);
    return this.#stoppable(id, () => work.fail(CANCELLED), work.result);
  }

  consume(id: number, request: ConsumeRequest): Promise<ModelCalls['consume']['reply']> {
    return this.#inWindows(id, async (before) => {
      const parts = [];
      for (const part of rowGroups(request)) {
        parts.push(await this.#sessions.consume(part, { steps: WINDOW_STEPS, before }));
      }
      return {
        logits: joined(parts.map(({ logits }) => logits)),
        state: joined(parts.map(({ state }) => state)),
      };
    });
  }

  score(id: number, request: ScoreRequest): Promise<Float32Array> {
    return this.#inWindows(id, async (before) => {
      const parts = [];
      for (const part of rowGroups(request)) {
        parts.push(await this.#sessions.score(part, { steps: WINDOW_STEPS, before }));
      }
      return joined(parts);
    });
  }

  /** Ends a call before its next run; one that is over already is left alone. */
  cancel(id: number): void {
    this.#stops.get(id)?.();
  }

  /** Does work on the step graph, each run of which waits for its turn. */
  #inWindows<Result>(
    id: number,
    work: (before: () => Promise<void>) => Promise<Result>,
  ): Promise<Result> {
    let stopped = false;
    const before = async (): Promise<void> => {
      await this.#loop.turn();
      if (stopped) throw CANCELLED;
    };
    const stop = (): void => {
      stopped = true;
    };
    return this.#stoppable(id, stop, work(before));
  }

  async #stoppable<Result>(id: number, stop: () => void, result: Promise<Result>): Promise<Result> {
    this.#stops.set(id, stop);
    try {
      return await result;
    } finally {
      this.#stops.delete(id);
    }
  }
}

/** The sequences of a request, a few at a time. */
function* rowGroups({ tokens, batch, state }: ConsumeRequest): Generator<ConsumeRequest> {
  const steps = tokens.length / batch;
  const stateSize = state.length / batch;
  for (let from = 0; from < batch; from += WINDOW_ROWS) {
    const to = Math.min(batch, from + WINDOW_ROWS);
    yield {
      tokens: tokens.subarray(from * steps, to * steps),
      batch: to - from,
      state: state.subarray(from * stateSize, to * stateSize),
    };
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
