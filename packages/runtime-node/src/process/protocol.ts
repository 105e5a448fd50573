// What the two processes say to each other. Plain data, carried by Node's structured-clone serialisation, so typed
// arrays travel as bytes. Every request has one reply; requests are served in the order in which they were sent.
import type { Grammar, SamplingParameters } from '@ostinato/core';

/** Where a model computes. */
export type Device = 'cpu' | 'cuda' | 'webgpu';

export interface StartRequest {
  readonly device: Device;
  /** Threads of one operator on the CPU, >= 1. */
  readonly threads: number;
  /** Verified ONNX files. Without `chunk`, tokens are drawn one by one from `step`. */
  readonly graphs: { readonly step: Uint8Array; readonly chunk?: Uint8Array };
  readonly grammar: Grammar;
  /** V */
  readonly vocabularySize: number;
}

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

/** Each operation: what it takes and what it gives. */
export interface Operations {
  start: { request: StartRequest; reply: undefined };
  consume: { request: ConsumeRequest; reply: { logits: Float32Array; state: Float32Array } };
  decode: { request: DecodeCall; reply: { tokens: Int32Array; state: Float32Array } };
  score: { request: ScoreRequest; reply: Float32Array };
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
}

export type OperationName = keyof Operations;

export type Request = {
  [Name in OperationName]: {
    readonly id: number;
    readonly operation: Name;
    readonly argument: Operations[Name]['request'];
  };
}[OperationName];

export type Reply =
  | { readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly id: number; readonly ok: false; readonly error: RemoteError };

/** An error as data: the parent makes the class again from `kind`. */
export interface RemoteError {
  readonly kind: 'device' | 'generation' | 'run';
  readonly code: string;
  readonly message: string;
}
