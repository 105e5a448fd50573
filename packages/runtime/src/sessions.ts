// A model as ONNX Runtime sessions, in the process or worker that owns them. The runtime brings ONNX Runtime: its packages
// for Node and for the browser have one interface.
//
// Letters: B sequences, T and N tokens of a sequence, V vocabulary, S numbers of state of a sequence.
import type { Grammar } from '@ostinato/core';
import { allowedAfter, decodeBySteps, logProbability } from '@ostinato/core/model';
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';
import { columns, pickRows } from './matrices.js';
import type {
  ConsumeRequest,
  DecodeCall,
  GraphKind,
  ModelCalls,
  ScoreRequest,
} from './protocol.js';
import { type Segment, segmentsByRow, segmentsOf } from './segments.js';

/** ONNX Runtime on a device. */
export interface OnnxBackend {
  readonly Tensor: TensorConstructor;
  /** Whether a run of the chunk graph takes one row, so that a batch is as many runs: where products with one row have a
   *  kernel of their own, which sums in another order. Default false. */
  readonly rowByRow?: boolean;
  /** @throws {DeviceError} if the device refuses the graph */
  createSession(graph: Uint8Array, kind: GraphKind): Promise<InferenceSession>;
}

/** A verified ONNX file, or what brings it when it is needed: again if it failed. */
export type GraphSource = Uint8Array | (() => Promise<Uint8Array>);

export interface SessionsRequest {
  /** At least one. With `chunk`, `decode` runs it and `step` may be added later. */
  readonly graphs: { readonly [Kind in GraphKind]?: GraphSource };
  readonly grammar: Grammar;
  readonly backend: OnnxBackend;
  /** Create every session when it is first asked for. Default: the one that decodes is created at once. */
  readonly lazily?: boolean;
}

/** How `consume` and `score` run the step graph over a sequence. */
export interface StepRuns {
  /** Tokens of a sequence that one run takes. Another number gives logits that differ in their last bits. Default: as
   *  many as keep the logits of a run within memory. */
  readonly steps?: number;
  /** Awaited before each run. A rejection ends the call with it. Default: nothing */
  readonly before?: () => Promise<void>;
}

/** Numbers that one run of the step graph may give: it bounds the memory of long sequences. */
const LOGITS_PER_RUN = 2 ** 22;

/** One run's rows of a batch that decodes: what they draw with and where they stand. */
interface Run {
  readonly call: DecodeCall;
  readonly batch: number;
  readonly steps: number;
  readonly state: Float32Array;
  readonly previousTokens: Int32Array;
  readonly uniforms: Float32Array;
  readonly forcedTokens: Int32Array;
}

type RunResult = ModelCalls['decode']['reply'];

export class ModelSessions {
  readonly #backend: OnnxBackend;
  readonly #grammar: Grammar;
  readonly #vocabularySize: number;
  /** Graphs that no session has been created of yet. */
  readonly #graphs = new Map<GraphKind, GraphSource>();
  readonly #sessions = new Map<GraphKind, Promise<InferenceSession>>();
  readonly #decodesWith: GraphKind;

  private constructor({ graphs, grammar, backend }: SessionsRequest) {
    this.#backend = backend;
    this.#grammar = grammar;
    this.#vocabularySize = grammar.stateAfter.length;
    if (graphs.step) this.addGraph('step', graphs.step);
    if (graphs.chunk) this.addGraph('chunk', graphs.chunk);
    this.#decodesWith = graphs.chunk ? 'chunk' : 'step';
  }

  /** Creates the session that decodes, unless told otherwise; the other one is created when it is first asked for.
   *  @throws {DeviceError} if the device is not there or refuses the model */
  static async create(request: SessionsRequest): Promise<ModelSessions> {
    const sessions = new ModelSessions(request);
    if (!request.lazily) await sessions.#session(sessions.#decodesWith);
    return sessions;
  }

  /** Gives a graph that was left out. */
  addGraph(kind: GraphKind, source: GraphSource): void {
    this.#graphs.set(kind, source);
  }

  /** Frees the sessions; only needed where the process or worker lives on. */
  async release(): Promise<void> {
    const sessions = await Promise.allSettled(this.#sessions.values());
    for (const result of sessions) {
      if (result.status === 'fulfilled') await result.value.release();
    }
  }

  async consume(request: ConsumeRequest, runs?: StepRuns): Promise<ModelCalls['consume']['reply']> {
    const { batch } = request;
    const vocabularySize = this.#vocabularySize;
    let logits = new Float32Array(0);
    const keepLast = (window: Float32Array, _: number, length: number): void => {
      logits = new Float32Array(batch * vocabularySize);
      for (let row = 0; row < batch; row++) {
        const last = (row * length + length - 1) * vocabularySize;
        logits.set(window.subarray(last, last + vocabularySize), row * vocabularySize);
      }
    };
    const state = await this.#stepThrough(request, keepLast, runs);
    return { logits, state };
  }

  async score({ tokens, batch, state }: ScoreRequest, runs?: StepRuns): Promise<Float32Array> {
    const vocabularySize = this.#vocabularySize;
    const steps = tokens.length / batch;
    const scores = new Float32Array(batch * (steps - 1));
    const given = { tokens: columns(tokens, batch, 0, steps - 1), batch, state };
    const scoreWindow = (logits: Float32Array, from: number, length: number): void => {
      for (let row = 0; row < batch; row++) {
        for (let step = 0; step < length; step++) {
          const place = row * steps + from + step;
          const at = (row * length + step) * vocabularySize;
          scores[row * (steps - 1) + from + step] = logProbability(
            logits.subarray(at, at + vocabularySize),
            tokens[place + 1],
            allowedAfter(this.#grammar, tokens[place]),
          );
        }
      }
    };
    await this.#stepThrough(given, scoreWindow, runs);
    return scores;
  }

  async decode(call: DecodeCall): Promise<RunResult> {
    const stateSize = call.state.length / call.batch;
    const perSequence = call.uniforms.length / call.batch;
    const tokens = new Int32Array(call.uniforms.length).fill(-1);
    const previousTokens = call.previousTokens.slice();
    const state = call.state.slice();
    const isByRow = this.#decodesWith === 'chunk' && this.#backend.rowByRow;
    for (const segment of (isByRow ? segmentsByRow : segmentsOf)(call.counts)) {
      const { rows, from, to } = segment;
      const run = runOf({ ...call, previousTokens, state }, segment);
      const result = await (this.#decodesWith === 'chunk'
        ? this.#runChunk(run)
        : this.#runSteps(run));
      rows.forEach((row, i) => {
        const chosen = result.tokens.subarray(i * (to - from), (i + 1) * (to - from));
        tokens.set(chosen, row * perSequence + from);
        previousTokens[row] = chosen.at(-1)!;
        state.set(result.state.subarray(i * stateSize, (i + 1) * stateSize), row * stateSize);
      });
    }
    return { tokens, state };
  }

  async #runChunk({ call, batch, steps, ...run }: Run): Promise<RunResult> {
    const session = await this.#session('chunk');
    const result = await session.run({
      state: this.#float32(run.state, [batch, run.state.length / batch]),
      previous_tokens: this.#int64(run.previousTokens, [batch]),
      uniforms: this.#float32(run.uniforms, [batch, steps]),
      forced_tokens: this.#int64(run.forcedTokens, [batch, steps]),
      bias: this.#float32(call.bias, [this.#vocabularySize]),
      temperature: this.#float32([call.temperature], []),
      top_k: this.#int64([call.topK], []),
      top_p: this.#float32([call.topP], []),
      min_p: this.#float32([call.minP], []),
    });
    return {
      tokens: Int32Array.from(result['tokens'].data as BigInt64Array, Number),
      state: result['state_after'].data as Float32Array,
    };
  }

  /** Draws from the step graph. Its states stay where the session puts them; only logits come back for each token. */
  async #runSteps({ call, batch, state, ...run }: Run): Promise<RunResult> {
    const session = await this.#session('step');
    let current: Tensor = this.#float32(state, [batch, state.length / batch]);
    const inSession = { batch, values: state }; // handed on and never read
    const request = {
      ...call,
      ...run,
      state: inSession,
      counts: new Int32Array(batch).fill(run.steps),
    };
    const { tokens } = await decodeBySteps(request, this.#grammar, async (column) => {
      const feeds = { tokens: this.#int64(column, [batch, 1]), state: current };
      const result = await session.run(feeds);
      current.dispose();
      current = result['state_after'];
      return { logits: await numbersOf(result['logits']), state: inSession };
    });
    return { tokens, state: await numbersOf(current) };
  }

  /** Runs the step graph over a sequence, window by window.
   *  @param visit gets the logits of each window [B, length, V] and where it begins
   *  @returns the state after, shape [B, S] */
  async #stepThrough(
    { tokens, batch, state: begin }: ConsumeRequest,
    visit: (logits: Float32Array, from: number, length: number) => void,
    { steps: most, before }: StepRuns = {},
  ): Promise<Float32Array> {
    const steps = tokens.length / batch;
    const perStep = batch * this.#vocabularySize;
    const window = most ?? Math.max(1, Math.floor(LOGITS_PER_RUN / perStep));
    const session = await this.#session('step');
    let state = begin;
    for (let from = 0; from < steps; from += window) {
      await before?.();
      const length = Math.min(window, steps - from);
      const result = await session.run({
        tokens: this.#int64(columns(tokens, batch, from, from + length), [batch, length]),
        state: this.#float32(state, [batch, state.length / batch]),
      });
      visit(await numbersOf(result['logits']), from, length);
      state = await numbersOf(result['state_after']);
    }
    return state;
  }

  async #session(kind: GraphKind): Promise<InferenceSession> {
    const known = this.#sessions.get(kind);
    if (known) return known;
    const source = this.#graphs.get(kind);
    if (!source) throw new Error(`internal: the ${kind} graph has not been given`);
    const graph = typeof source === 'function' ? await source() : source;
    this.#graphs.delete(kind); // the session keeps its own copy of the weights
    const session = this.#backend.createSession(graph, kind);
    this.#sessions.set(kind, session);
    return session;
  }

  #float32(values: Float32Array | readonly number[], shape: readonly number[]): Tensor {
    return new this.#backend.Tensor('float32', values, shape);
  }

  #int64(values: ArrayLike<number>, shape: readonly number[]): Tensor {
    return new this.#backend.Tensor('int64', BigInt64Array.from(Array.from(values, BigInt)), shape);
  }
}

/** The part of a call that belongs to a segment. */
function runOf(call: DecodeCall, { rows, from, to }: Segment): Run {
  const batch = rows.length;
  const slice = <T extends Float32Array | Int32Array>(values: T): T =>
    columns(pickRows(values, rows, call.batch), batch, from, to);
  return {
    call,
    batch,
    steps: to - from,
    state: pickRows(call.state, rows, call.batch),
    previousTokens: pickRows(call.previousTokens, rows, call.batch),
    uniforms: slice(call.uniforms),
    forcedTokens: slice(call.forcedTokens),
  };
}

/** The numbers of a tensor, wherever it is; on a device, its memory is freed. */
async function numbersOf(tensor: Tensor): Promise<Float32Array> {
  return (tensor.location === 'cpu' ? tensor.data : await tensor.getData(true)) as Float32Array;
}
