// A `NextTokenModel` from parameters in training, in this process: the forward graph that training uses, one token at a
// time. Slow beside an exported model and made in a moment, which is what a sample at an evaluation needs.
//
// Letters: B sequences, T tokens of a sequence, V vocabulary, H hidden units, S numbers of state of a sequence.
import {
  type Advance,
  type CallOptions,
  checkBatch,
  checkConsume,
  checkDecode,
  checkScore,
  type ConsumeResult,
  decodeBySteps,
  type DecodeRequest,
  type DecodeResult,
  type Grammar,
  type ModelSizes,
  type ModelState,
  NEXT_TOKEN_MODEL_VERSION,
  type NextTokenModel,
  OstinatoError,
  scoreBySteps,
} from '@ostinato/core';
import { encodeModel, GraphBuilder, type Model, OPSET, tensorOf } from '@ostinato/graph';
import { type LstmConfig, lstmForward, lstmParameters, type NamedTensors } from '@ostinato/model';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** Makes a model. Its state is [hidden, cell] of each layer, one after the other: S = 2 H x layers.
 *  @param parameters by the names of `lstmParameters`; copied
 *  @throws {GraphError} if a parameter is missing or of another shape */
export async function createStepModel(
  config: LstmConfig,
  parameters: NamedTensors,
  grammar: Grammar,
): Promise<NextTokenModel> {
  const session = await InferenceSession.create(encodeModel(stepGraph(config, parameters)), {
    // One thread: the products of one token are small, and the engine's threads wait on the same cores.
    intraOpNumThreads: 1,
    // Folds the product of the first layer with the embedding table, which a step would make anew.
    graphOptimizationLevel: 'basic',
    logSeverityLevel: 4,
  });
  return new StepModel(session, config, grammar);
}

/** One token of one sequence. Inputs `tokens` [1, 1] and `state` [S]; outputs `logits` [1, V] and `next` [S]. */
function stepGraph(config: LstmConfig, parameters: NamedTensors): Model {
  const { layers, hiddenSize: H } = config;
  const g = new GraphBuilder('step');
  const tokens = g.input('tokens', 'int32', [1, 1]);
  const state = g.input('state', 'float32', [2 * layers * H]);
  const parts = g
    .split(state, Array<number>(2 * layers).fill(H), 0)
    .map((part) => g.reshape(part, [H, 1]));
  const values = lstmParameters(config).map(({ name, shape }) => {
    const data = parameters.get(name)?.data ?? new Float32Array(0);
    return [name, g.initializer(name, tensorOf('float32', data, shape))] as const;
  });
  const before = Array.from({ length: layers }, (_, layer) => ({
    hidden: parts[2 * layer],
    cell: parts[2 * layer + 1],
  }));
  const forward = lstmForward(
    g,
    config,
    new Map(values),
    { tokens, state: before },
    { form: 'unrolled' },
  );
  const after = forward.state.flatMap(({ hidden, cell }) => [hidden, cell]);
  g.output(forward.logits, 'logits');
  g.output(g.reshape(g.concat(after, 0), [2 * layers * H]), 'next');
  return {
    graph: g.build(),
    opset: OPSET,
    metadata: new Map(),
    producerName: 'ostinato',
    producerVersion: '1',
  };
}

class StepModel implements NextTokenModel {
  readonly contractVersion = NEXT_TOKEN_MODEL_VERSION;
  readonly #session: InferenceSession;
  readonly #grammar: Grammar;
  readonly #sizes: ModelSizes;
  /** The last call; the next one waits for it. */
  #last: Promise<unknown> = Promise.resolve();
  #released: Promise<void> | undefined;

  constructor(session: InferenceSession, config: LstmConfig, grammar: Grammar) {
    const { vocabularySize, hiddenSize, layers } = config;
    this.#session = session;
    this.#grammar = grammar;
    this.#sizes = { vocabularySize, stateSize: 2 * layers * hiddenSize };
  }

  get vocabularySize(): number {
    return this.#sizes.vocabularySize;
  }

  createState(batch: number): ModelState {
    checkBatch(batch);
    return { batch, values: new Float32Array(batch * this.#sizes.stateSize) };
  }

  consume(
    tokens: Int32Array,
    state: ModelState,
    { signal }: CallOptions = {},
  ): Promise<ConsumeResult> {
    return this.#enqueue(signal, async (advance) => {
      const steps = checkConsume(tokens, state, this.#sizes);
      const { batch } = state;
      let result: ConsumeResult = { logits: new Float32Array(0), state };
      for (let step = 0; step < steps; step++) {
        const column = Int32Array.from({ length: batch }, (_, row) => tokens[row * steps + step]);
        result = await advance(column, result.state);
      }
      return result;
    });
  }

  decode(request: DecodeRequest): Promise<DecodeResult> {
    return this.#enqueue(request.signal, (advance) => {
      checkDecode(request, this.#sizes);
      return decodeBySteps(request, this.#grammar, advance);
    });
  }

  score(tokens: Int32Array, batch: number, { signal }: CallOptions = {}): Promise<Float32Array> {
    return this.#enqueue(signal, (advance) => {
      checkScore(tokens, batch, this.#sizes);
      return scoreBySteps(tokens, this.createState(batch), this.#grammar, advance);
    });
  }

  dispose(): Promise<void> {
    // The call at work ends with the step it is at.
    this.#released ??= this.#last.then(
      () => this.#session.release(),
      () => this.#session.release(),
    );
    return this.#released;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** One token of each sequence, row by row: so that a row does not depend on the others. */
  async #advance(tokens: Int32Array, state: ModelState): Promise<ConsumeResult> {
    const { vocabularySize: V, stateSize: S } = this.#sizes;
    const { batch, values } = state;
    const logits = new Float32Array(batch * V);
    const next = new Float32Array(batch * S);
    for (let row = 0; row < batch; row++) {
      this.#refuseIfDisposed();
      const result = await this.#session.run({
        tokens: new Tensor('int32', tokens.slice(row, row + 1), [1, 1]),
        state: new Tensor('float32', values.slice(row * S, (row + 1) * S), [S]),
      });
      logits.set(result['logits'].data as Float32Array, row * V);
      next.set(result['next'].data as Float32Array, row * S);
    }
    return { logits, state: { batch, values: next } };
  }

  /** Runs a task after those before it; an aborted one ends before its next token. */
  #enqueue<T>(signal: AbortSignal | undefined, task: (advance: Advance) => Promise<T>): Promise<T> {
    const advance: Advance = (tokens, state) => {
      signal?.throwIfAborted();
      return this.#advance(tokens, state);
    };
    const result = this.#last.then(() => {
      signal?.throwIfAborted();
      this.#refuseIfDisposed();
      return task(advance);
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  #refuseIfDisposed(): void {
    if (this.#released) throw new OstinatoError('model-disposed', 'model: used after dispose()');
  }
}
