// What a worker is asked for beside the calls of `@ostinato/runtime`: fetching and checking are done where the bytes are needed.
import type {
  CacheApiOptions,
  FileEntry,
  Golden,
  Grammar,
  Manifest,
  ModelPrecision,
  ModelRuntime,
  Tokenizer,
} from '@ostinato/core';
import type {
  ModelGraphs,
  ModelServer,
  Notice,
  Operations,
  Reply,
  Request,
} from '@ostinato/runtime';
import type { LoadProgress } from '../load-meter.js';

/** A backend of onnxruntime-web. */
export type ComputeDevice = 'wasm' | 'webgpu';

/** Where downloads are kept; false: nowhere. */
export type CacheSettings = CacheApiOptions | false;

export interface PrepareRequest {
  /** Threads of wasm, >= 1. */
  readonly threads: number;
  /** ONNX Runtime's file. */
  readonly wasm: FileEntry;
  readonly url: string;
  readonly cache: CacheSettings;
}

/** Where a model is. */
export interface SourceRequest {
  /** Absolute. */
  readonly address: string;
  readonly allowHttp: boolean;
  readonly offline: boolean;
  readonly cache: CacheSettings;
  /** A file of it that the page has fetched already. */
  readonly early?: EarlyFile | undefined;
}

export interface EarlyFile {
  readonly url: string;
  readonly content: ArrayBuffer;
}

/** Which of its graphs. */
export interface ModelRequest extends SourceRequest {
  readonly runtime: ModelRuntime;
  readonly precision: ModelPrecision | undefined;
}

/** A model that was fetched and checked. Its graphs stay where they are. */
export interface ModelFacts {
  readonly manifest: Manifest;
  /** What `restoreTokenizer` takes. */
  readonly tokenizer: Pick<Tokenizer, 'config' | 'hash'>;
}

/** Trusted graphs; the one that `decode` does not need may be left out. */
export interface GivenModel {
  readonly graphs: ModelGraphs;
  readonly grammar: Grammar;
}

/** Undefined: the model that `fetchModel` has fetched. */
export type StartRequest = GivenModel | undefined;

/** These are served at once, beside each other; the first two tell how far they are. */
export interface LoadingCalls {
  /** Fetches ONNX Runtime and compiles it. */
  prepare: { request: PrepareRequest; reply: undefined; notice: LoadProgress };
  /** Fetches what a model needs to decode here, and checks it. */
  fetchModel: { request: ModelRequest; reply: ModelFacts; notice: LoadProgress };
  fetchManifest: { request: SourceRequest; reply: Manifest; notice: never };
  fetchGolden: { request: SourceRequest; reply: Golden; notice: never };
}

export type WebOperations = Operations<StartRequest> & LoadingCalls;

/** What the files of the workers export: serves one model. */
export type Connect = (send: (message: Reply | Notice) => void) => ModelServer;

export type { Request };
