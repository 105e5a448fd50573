// The model inside the child process: ONNX Runtime sessions and the operations on them.
//
// Letters: B sequences, T and N tokens of a sequence, V vocabulary, S numbers of state of a sequence.
import {
  allowedAfter,
  type ConsumeResult,
  decodeBySteps,
  logProbability,
  type ModelState,
} from '@ostinato/core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { deviceOptions, sessionError } from './devices.js';
import type {
  ConsumeRequest,
  DecodeCall,
  Operations,
  ScoreRequest,
  StartRequest,
} from './protocol.js';
import { segmentsOf } from './segments.js';

/** Numbers that one run of the step graph may give: it bounds the memory of long sequences. */
const LOGITS_PER_RUN = 2 ** 22;

type Feeds = InferenceSession.FeedsType;

export class ModelSessions {
  readonly #start: StartRequest;
  #step: Promise<InferenceSession> | undefined;
  #chunk: Promise<InferenceSession> | undefined;

  private constructor(start: StartRequest) {
    this.#start = start;
  }

  /** Creates the session that decodes; the other one is created when it is first asked for.
   *  @throws {DeviceError} if the device is not there or refuses the model */
  static async create(start: StartRequest): Promise<ModelSessions> {
    const sessions = new ModelSessions(start);
    await (sessions.#decodesInChunks ? sessions.#chunkSession() : sessions.#stepSession());
    return sessions;
  }

  async consume({ tokens, batch, state }: ConsumeRequest): Promise<Operations['consume']['reply']> {
    const { vocabularySize } = this.#start;
    let logits = new Float32Array(0);
    const after = await this.#stepThrough(tokens, { batch, values: state }, (window, _, length) => {
      logits = new Float32Array(batch * vocabularySize);
      for (let row = 0; row < batch; row++) {
        const last = (row * length + length - 1) * vocabularySize;
        logits.set(window.subarray(last, last + vocabularySize), row * vocabularySize);
      }
    });
    return { logits, state: after.values };
  }

  async score({ tokens, batch, state }: ScoreRequest): Promise<Float32Array> {
    const { grammar, vocabularySize } = this.#start;
    const steps = tokens.length / batch;
    const scores = new Float32Array(batch * (steps - 1));
    const given = columns(tokens, batch, 0, steps - 1);
    await this.#stepThrough(given, { batch, values: state }, (logits, from, length) => {
      for (let row = 0; row < batch; row++) {
        for (let step = 0; step < length; step++) {
          const place = row * steps + from + step;
          const at = (row * length + step) * vocabularySize;
          scores[row * (steps - 1) + from + step] = logProbability(
            logits.subarray(at, at + vocabularySize),
            tokens[place + 1],
            allowedAfter(grammar, tokens[place]),
          );
        }
      }
    });
    return scores;
  }

  async decode(call: DecodeCall): Promise<Operations['decode']['reply']> {
    if (!this.#decodesInChunks) {
      const request = { ...call, state: { batch: call.batch, values: call.state } };
      const { tokens, state } = await decodeBySteps(request, this.#start.grammar, (token, before) =>
        this.#advance(token, before),
      );
      return { tokens, state: state.values };
    }
    const stateSize = call.state.length / call.batch;
    const perSequence = call.uniforms.length / call.batch;
    const tokens = new Int32Array(call.uniforms.length).fill(-1);
    const previous = call.previousTokens.slice();
    const state = call.state.slice();
    for (const { rows, from, to } of segmentsOf(call.counts)) {
      const result = await this.#runChunk(call, { rows, from, to }, previous, state);
      rows.forEach((row, i) => {
        const chosen = result.tokens.subarray(i * (to - from), (i + 1) * (to - from));
        tokens.set(chosen, row * perSequence + from);
        previous[row] = chosen.at(-1)!;
        state.set(result.state.subarray(i * stateSize, (i + 1) * stateSize), row * stateSize);
      });
    }
    return { tokens, state };
  }

  /** On WebGPU a loop runs on the host and reads back each token; there the step graph is faster. */
  get #decodesInChunks(): boolean {
    return this.#start.graphs.chunk !== undefined && this.#start.device !== 'webgpu';
  }

  async #runChunk(
    call: DecodeCall,
    { rows, from, to }: { rows: readonly number[]; from: number; to: number },
    previous: Int32Array,
    state: Float32Array,
  ): Promise<{ tokens: Int32Array; state: Float32Array }> {
    const { vocabularySize } = this.#start;
    const batch = rows.length;
    const steps = to - from;
    const stateSize = state.length / call.batch;
    const slice = <T extends Float32Array | Int32Array>(values: T) =>
      columns(pickRows(values, rows, call.batch), batch, from, to);
    const session = await this.#chunkSession();
    const result = await session.run({
      state: new Tensor('float32', pickRows(state, rows, call.batch), [batch, stateSize]),
      previous_tokens: int64(pickRows(previous, rows, call.batch), [batch]),
      uniforms: new Tensor('float32', slice(call.uniforms), [batch, steps]),
      forced_tokens: int64(slice(call.forcedTokens), [batch, steps]),
      bias: new Tensor('float32', call.bias, [vocabularySize]),
      temperature: new Tensor('float32', [call.temperature], []),
      top_k: int64([call.topK], []),
      top_p: new Tensor('float32', [call.topP], []),
      min_p: new Tensor('float32', [call.minP], []),
    });
    return {
      tokens: Int32Array.from(result['tokens'].data as BigInt64Array, Number),
      state: result['state_after'].data as Float32Array,
    };
  }

  async #advance(tokens: Int32Array, { batch, values }: ModelState): Promise<ConsumeResult> {
    const result = await this.consume({ tokens, batch, state: values });
    return { logits: result.logits, state: { batch, values: result.state } };
  }

  /** Runs the step graph over a sequence, window by window.
   *  @param tokens shape [B, T]
   *  @param visit gets the logits of each window [B, length, V] and where it begins */
  async #stepThrough(
    tokens: Int32Array,
    { batch, values }: ModelState,
    visit: (logits: Float32Array, from: number, length: number) => void,
  ): Promise<ModelState> {
    const steps = tokens.length / batch;
    const perStep = batch * this.#start.vocabularySize;
    const window = Math.max(1, Math.floor(LOGITS_PER_RUN / perStep));
    const session = await this.#stepSession();
    let state = values;
    for (let from = 0; from < steps; from += window) {
      const length = Math.min(window, steps - from);
      const feeds: Feeds = {
        tokens: int64(columns(tokens, batch, from, from + length), [batch, length]),
        state: new Tensor('float32', state, [batch, state.length / batch]),
      };
      const result = await session.run(feeds);
      visit(result['logits'].data as Float32Array, from, length);
      state = result['state_after'].data as Float32Array;
    }
    return { batch, values: state };
  }

  #stepSession(): Promise<InferenceSession> {
    return (this.#step ??= this.#createSession(this.#start.graphs.step));
  }

  #chunkSession(): Promise<InferenceSession> {
    return (this.#chunk ??= this.#createSession(this.#start.graphs.chunk!));
  }

  async #createSession(bytes: Uint8Array): Promise<InferenceSession> {
    const { device, threads } = this.#start;
    const options = deviceOptions(device, threads);
    try {
      return await InferenceSession.create(bytes, options);
    } catch (cause) {
      throw sessionError(device, cause);
    }
  }
}

function int64(values: ArrayLike<number>, shape: readonly number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(Array.from(values, BigInt)), shape);
}

/** Columns from..to-1 of a matrix of `rows` rows. */
function columns<T extends Float32Array | Int32Array>(
  matrix: T,
  rows: number,
  from: number,
  to: number,
): T {
  const width = matrix.length / rows;
  if (from === 0 && to === width) return matrix;
  const result = new (matrix.constructor as new (length: number) => T)(rows * (to - from));
  for (let row = 0; row < rows; row++) {
    result.set(matrix.subarray(row * width + from, row * width + to), row * (to - from));
  }
  return result;
}

/** The named rows of a matrix of `total` rows, in their order. */
function pickRows<T extends Float32Array | Int32Array>(
  matrix: T,
  rows: readonly number[],
  total: number,
): T {
  if (rows.length === total) return matrix;
  const width = matrix.length / total;
  const result = new (matrix.constructor as new (length: number) => T)(rows.length * width);
  rows.forEach((row, i) => result.set(matrix.subarray(row * width, (row + 1) * width), i * width));
  return result;
}
