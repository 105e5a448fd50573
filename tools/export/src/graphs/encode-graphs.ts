// The two graphs of an artifact as ONNX files.
import type { Grammar } from '@ostinato/core';
import { encodeModel, type Graph, type Model, OPSET, validateModel } from '@ostinato/graph';
import { PRODUCER_NAME, PRODUCER_VERSION } from '../producer.js';
import { chunkGraph } from './chunk-graph.js';
import type { StoredNetwork } from './network.js';
import { stepGraph } from './step-graph.js';

export interface EncodedGraphs {
  readonly step: Uint8Array;
  readonly chunk: Uint8Array;
}

/** Builds, validates and encodes both graphs.
 *  @param metadata written into the files, for whoever finds one alone
 *  @throws {GraphError} if a graph is not a legal ONNX model: our own bug */
export function encodeGraphs(
  network: StoredNetwork,
  grammar: Grammar,
  metadata: ReadonlyMap<string, string>,
): EncodedGraphs {
  return {
    step: encodeGraph(stepGraph(network), metadata),
    chunk: encodeGraph(chunkGraph(network, grammar), metadata),
  };
}

/** The chunk graph that also gives its logits, for tests of parity. */
export function encodeObservedChunk(network: StoredNetwork, grammar: Grammar): Uint8Array {
  return encodeGraph(chunkGraph(network, grammar, { withLogits: true }), new Map());
}

function encodeGraph(graph: Graph, metadata: ReadonlyMap<string, string>): Uint8Array {
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
