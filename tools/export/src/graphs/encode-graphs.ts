// The two graphs of an artifact as ONNX files.
import type { Grammar } from '@ostinato/core';
import { encodeModel, type Graph, type Model, OPSET, validateModel } from '@ostinato/graph';
import { PRODUCER_NAME, PRODUCER_VERSION } from '../producer.js';
import { chunkGraph } from './chunk-graph.js';
import { integerStepGraph } from './integer-step-graph.js';
import type { StoredNetwork } from './network.js';
import { stepGraph } from './step-graph.js';

export interface EncodedGraphs {
  readonly step: Uint8Array;
  readonly chunk: Uint8Array;
}

export interface EncodeOptions {
  /** Written into the files, for whoever finds one alone. Default: nothing. */
  readonly metadata?: ReadonlyMap<string, string>;
  /** Multiply integers, for a network stored as int8. Default: float32 throughout. */
  readonly integerProducts?: boolean;
}

/** Builds, validates and encodes both graphs.
 *  @throws {GraphError} if a graph is not a legal ONNX model: our own bug */
export function encodeGraphs(
  network: StoredNetwork,
  grammar: Grammar,
  { metadata = new Map(), integerProducts = false }: EncodeOptions = {},
): EncodedGraphs {
  const step = integerProducts ? integerStepGraph(network) : stepGraph(network);
  return {
    step: encodeGraph(step, metadata),
    chunk: encodeGraph(chunkGraph(network, grammar, { integerProducts }), metadata),
  };
}

/** The chunk graph that also gives its logits, for tests of parity. */
export function encodeObservedChunk(
  network: StoredNetwork,
  grammar: Grammar,
  { integerProducts = false }: EncodeOptions = {},
): Uint8Array {
  const graph = chunkGraph(network, grammar, { integerProducts, withLogits: true });
  return encodeGraph(graph, new Map());
}

/** Validates and encodes a graph.
 *  @throws {GraphError} if it is not a legal ONNX model: our own bug */
export function encodeGraph(graph: Graph, metadata: ReadonlyMap<string, string>): Uint8Array {
  const model: Model = {
    graph,
    opset: OPSET,
    metadata,
    producerName: PRODUCER_NAME,
    producerVersion: PRODUCER_VERSION,
  };
  validateModel(model);
  return encodeModel(model);
}
