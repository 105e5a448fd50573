// NextTokenModel on ONNX Runtime in a child process. Arguments are checked here; the work is done there.
import {
  allowedAfter,
  checkBatch,
  checkConsume,
  checkDecode,
  checkScore,
  type ConsumeResult,
  type DecodeRequest,
  type DecodeResult,
  GenerationError,
  type Grammar,
  type ModelSizes,
  type ModelState,
  NEXT_TOKEN_MODEL_VERSION,
  type NextTokenModel,
} from '@ostinato/core';
import { ProcessClient } from './process/client.js';
import type { Device } from './process/protocol.js';
import { checkThreads, defaultThreads } from './threads.js';

/** What a model is made of. */
export interface ModelParts {
  /** ONNX files with the inputs and outputs that this package's README lists. They are trusted here; `loadModel` checks
   *  those of a folder. */
  readonly graphs: { readonly step: Uint8Array; readonly chunk?: Uint8Array };
  readonly grammar: Grammar;
  /** S, the numbers of state of one sequence. */
  readonly stateSize: number;
}

export interface RuntimeOptions {
  /** Default 'cpu'. What is asked for is used or refused, never replaced. */
  readonly device?: Device;
  /** Threads of one operator on the CPU, 1..64. Default: the cores available, at most 4. Two models on the same cores
   *  slow each other down: give each its own. */
  readonly threads?: number;
}

/** Starts a process that runs the model.
 *  @throws {DeviceError} if the device is not there or refuses the model
 *  @throws {RangeError} if an option is outside its range
 *  @throws {RuntimeError} `not-built` in a checkout that was not built */
export async function startModel(
  { graphs, grammar, stateSize }: ModelParts,
  { device = 'cpu', threads = defaultThreads() }: RuntimeOptions = {},
): Promise<NodeModel> {
  checkThreads(threads);
  const vocabularySize = grammar.stateAfter.length;
  const client = new ProcessClient();
  try {
    await client.call('start', { device, threads, graphs, grammar, vocabularySize });
  } catch (error) {
    await client.kill();
    throw error;
  }
  return new NodeModel(client, grammar, { vocabularySize, stateSize });
}

/** A model in a child process. The child ends with `dispose`, and with this process; a model that was forgotten does
 *  not keep this process alive. */
export class NodeModel implements NextTokenModel {
  readonly contractVersion = NEXT_TOKEN_MODEL_VERSION;
  readonly #client: ProcessClient;
  readonly #grammar: Grammar;
  readonly #sizes: ModelSizes;

  /** @internal use `startModel` or `loadModel` */
  constructor(client: ProcessClient, grammar: Grammar, sizes: ModelSizes) {
    this.#client = client;
    this.#grammar = grammar;
    this.#sizes = sizes;
  }

  get vocabularySize(): number {
    return this.#sizes.vocabularySize;
  }

  /** Id of the child process; for logs. */
  get processId(): number | undefined {
    return this.#client.pid;
  }

  createState(batch: number): ModelState {
    checkBatch(batch);
    return { batch, values: new Float32Array(batch * this.#sizes.stateSize) };
  }

  async consume(tokens: Int32Array, state: ModelState): Promise<ConsumeResult> {
    checkConsume(tokens, state, this.#sizes);
    const { batch, values } = state;
    const result = await this.#client.call('consume', { tokens, batch, state: values });
    return { logits: result.logits, state: { batch, values: result.state } };
  }

  async decode(request: DecodeRequest): Promise<DecodeResult> {
    const perSequence = checkDecode(request, this.#sizes);
    const { state, uniforms, previousTokens, temperature, topK, topP, minP } = request;
    const { batch, values } = state;
    const call = {
      batch,
      state: values,
      previousTokens,
      uniforms,
      forcedTokens: request.forcedTokens ?? new Int32Array(uniforms.length).fill(-1),
      counts: request.counts ?? new Int32Array(batch).fill(perSequence),
      bias: request.bias ?? new Float32Array(this.vocabularySize),
      temperature,
      topK,
      topP,
      minP,
    };
    const result = await this.#client.call('decode', call);
    checkDrawn(result.tokens, call, this.#grammar);
    return { tokens: result.tokens, state: { batch, values: result.state } };
  }

  async score(tokens: Int32Array, batch: number): Promise<Float32Array> {
    checkScore(tokens, batch, this.#sizes);
    const state = this.createState(batch).values;
    return this.#client.call('score', { tokens, batch, state });
  }

  dispose(): Promise<void> {
    return this.#client.kill();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}

/** Inside a graph nothing can be thrown: where mask and bias leave no token, or a logit is not a number, it gives any
 *  token. So what was drawn is held against the mask here.
 *  @throws {GenerationError} `no-allowed-token` */
function checkDrawn(
  tokens: Int32Array,
  call: { batch: number; previousTokens: Int32Array; forcedTokens: Int32Array; bias: Float32Array },
  grammar: Grammar,
): void {
  const perSequence = tokens.length / call.batch;
  tokens.forEach((token, place) => {
    if (token < 0 || call.forcedTokens[place] >= 0) return;
    const isFirst = place % perSequence === 0;
    const before = isFirst ? call.previousTokens[place / perSequence] : tokens[place - 1];
    if (allowedAfter(grammar, before)[token] === 0 || call.bias[token] === -Infinity) {
      throw new GenerationError(
        'no-allowed-token',
        `decode: the grammar and the bias leave no token after token ${before}; allow at least one`,
      );
    }
  });
}
