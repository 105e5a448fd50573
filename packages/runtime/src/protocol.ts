// What a model's owner and the process or worker that runs it say to each other. Plain data for the structured clone, so
// typed arrays travel as bytes. Every request has one reply; requests are served in the order in which they were sent.
import type { SamplingParameters } from '@ostinato/core';

/** `step` consumes tokens and gives logits; `chunk` draws many tokens in one run. */
export type GraphKind = 'step' | 'chunk';

/** Verified ONNX files. Without `chunk`, tokens are drawn one by one from `step`. */
export type ModelGraphs = { readonly [Kind in GraphKind]?: Uint8Array };

export interface ConsumeRequest {
  /** Shape [B, T]. */
  readonly tokens: Int32Array;
  readonly batch: number;
  /** Shape [B, S]. */
  readonly state: Float32Array;
}

export interface ScoreRequest {
  /** Shape [B, T]. */
  readonly tokens: Int32Array;
  readonly batch: number;
  /** Zeros, shape [B, S]. */
  readonly state: Float32Array;
}

/** A checked `DecodeRequest` with nothing left out. */
export interface DecodeCall extends SamplingParameters {
  readonly batch: number;
  readonly state: Float32Array;
  readonly previousTokens: Int32Array;
  readonly uniforms: Float32Array;
  readonly forcedTokens: Int32Array;
  readonly counts: Int32Array;
  readonly bias: Float32Array;
  readonly neededInMilliseconds: number;
}

/** What a started model does: what each operation takes and gives. */
export interface ModelCalls {
  consume: { request: ConsumeRequest; reply: { logits: Float32Array; state: Float32Array } };
  decode: { request: DecodeCall; reply: { tokens: Int32Array; state: Float32Array } };
  score: { request: ScoreRequest; reply: Float32Array };
}

/** All operations; what a start takes is the runtime's own, which may have more of them. */
export interface Operations<Start> extends ModelCalls {
  start: { request: Start; reply: undefined };
}

export interface Request {
  readonly id: number;
  readonly operation: string;
  readonly argument: unknown;
}

export type Reply =
  | { readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly id: number; readonly ok: false; readonly error: RemoteError };

/** What is told of a request before its reply, such as how far it is. */
export interface Notice {
  readonly id: number;
  readonly notice: unknown;
}

/** An error as data: the owner makes the class again from `kind`. */
export interface RemoteError {
  readonly kind: 'artifact' | 'device' | 'generation' | 'run' | 'source' | 'tokenizer';
  readonly code: string;
  readonly message: string;
}
