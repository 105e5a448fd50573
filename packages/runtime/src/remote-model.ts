// NextTokenModel whose sessions are elsewhere, in a process or a worker. Arguments are checked here; the work is done there.
import {
  allowedAfter,
  type CallOptions,
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
import type { ModelCalls } from './protocol.js';

/** The way to the sessions. */
export interface ModelPort {
  /** Sends a request.
   *  @param signal aborting it rejects the call with its reason, whatever the other side still does */
  call<Name extends keyof ModelCalls>(
    operation: Name,
    argument: ModelCalls[Name]['request'],
    signal?: AbortSignal,
  ): Promise<ModelCalls[Name]['reply']>;
  /** Ends the sessions, whatever they compute, and rejects the calls that wait. Again: does nothing. */
  close(): Promise<void>;
}

/** The base of every runtime's model. */
export class RemoteModel implements NextTokenModel {
  readonly contractVersion = NEXT_TOKEN_MODEL_VERSION;
  readonly #port: ModelPort;
  readonly #grammar: Grammar;
  readonly #sizes: ModelSizes;

  constructor(port: ModelPort, grammar: Grammar, stateSize: number) {
    this.#port = port;
    this.#grammar = grammar;
    this.#sizes = { vocabularySize: grammar.stateAfter.length, stateSize };
  }

  get vocabularySize(): number {
    return this.#sizes.vocabularySize;
  }

  createState(batch: number): ModelState {
    checkBatch(batch);
    return { batch, values: new Float32Array(batch * this.#sizes.stateSize) };
  }

  async consume(
    tokens: Int32Array,
    state: ModelState,
    { signal }: CallOptions = {},
  ): Promise<ConsumeResult> {
    checkConsume(tokens, state, this.#sizes);
    const { batch, values } = state;
    const result = await this.#port.call('consume', { tokens, batch, state: values }, signal);
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
      neededInMilliseconds: request.neededInMilliseconds ?? 0,
    };
    const result = await this.#port.call('decode', call, request.signal);
    checkDrawn(result.tokens, call, this.#grammar);
    return { tokens: result.tokens, state: { batch, values: result.state } };
  }

  async score(
    tokens: Int32Array,
    batch: number,
    { signal }: CallOptions = {},
  ): Promise<Float32Array> {
    checkScore(tokens, batch, this.#sizes);
    const state = this.createState(batch).values;
    return this.#port.call('score', { tokens, batch, state }, signal);
  }

  dispose(): Promise<void> {
    return this.#port.close();
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
