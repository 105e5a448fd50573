// The `step` and `chunk` graphs of a converted model. Both apply the same converted layers: to a whole sequence, and
// inside the loop to a sequence of one token.
//
// state [B, S]: the vectors of each recurrent layer, in the order of the layers: hidden, then cell where there is one.
//
// Letters: B sequences, T tokens, V vocabulary, S numbers of state of one sequence.
import type { Grammar } from '@ostinato/core';
import { type Graph, GraphBuilder, type Value } from '@ostinato/graph';
import { chunkLoop, joinVectors, splitVectors } from '../graphs/chunk-loop.js';
import { Conversion } from '../layers-model/convert/conversion.js';
import { convertLayer, convertNetwork } from '../layers-model/convert/convert-layer.js';
import { parseConfig } from '../layers-model/convert/layer-use.js';
import { CELLS } from '../layers-model/layers/recurrent/cells.js';
import { recurrentSchema } from '../layers-model/layers/recurrent/settings.js';
import type { Layer, LayersModel } from '../layers-model/types.js';
import type { TokenNetwork } from './token-network.js';

/** One vector of the state. */
export interface StateVector {
  /** Name of the layer. */
  readonly layer: string;
  /** `hidden` or `cell`. */
  readonly name: string;
  readonly size: number;
}

export interface TokenModel {
  readonly model: LayersModel;
  readonly tokens: TokenNetwork;
}

/** The vectors of a state, in order. */
export function stateVectors({ model, tokens }: TokenModel): StateVector[] {
  return tokens.network.calls.flatMap(({ layer }): StateVector[] => {
    const cell = CELLS.get(layer.className);
    if (!cell) return [];
    const { units } = parseConfig(
      recurrentSchema(cell),
      layer,
      `${model.where}, layer "${layer.name}"`,
    );
    return cell.stateNames.map((name) => ({ layer: layer.name, name, size: units }));
  });
}

/** Consumes any number of tokens. Inputs `tokens` int64 [B, T] and `state` [B, S], outputs `logits` [B, T, V] and
 *  `state_after` [B, S].
 *  @returns also TF.js's name of every weight, by its name in the file
 *  @throws {ExportError} `unsupported-layer` or `damaged-model`, naming the layer */
export function tokenStepGraph(token: TokenModel): {
  graph: Graph;
  weightNames: ReadonlyMap<string, string>;
} {
  const graph = new GraphBuilder('step');
  const sizes = stateVectors(token).map(({ size }) => size);
  const ids = graph.input('tokens', 'int64', ['B', 'T']);
  const state = graph.input('state', 'float32', ['B', sum(sizes)]);
  const { logits, after, weightNames } = applyNetwork(
    graph,
    token,
    ids,
    splitVectors(graph, state, sizes),
  );
  graph.output(logits, 'logits');
  graph.output(joinVectors(graph, after, state), 'state_after');
  return { graph: graph.build(), weightNames };
}

/** Draws many tokens in one run; see `chunkLoop`. */
export function tokenChunkGraph(
  token: TokenModel,
  grammar: Grammar,
  { withLogits = false }: { readonly withLogits?: boolean } = {},
): Graph {
  const graph = new GraphBuilder('chunk');
  const { vocabularySize } = token.tokens;
  return chunkLoop({
    graph,
    grammar,
    withLogits,
    stateSizes: stateVectors(token).map(({ size }) => size),
    outputBias: graph.float(Array<number>(vocabularySize).fill(0)), // the logits have it in them
    recurrence: {
      begin: (_, vectors) => vectors,
      consume(inner, id, states) {
        const { logits, after } = applyNetwork(inner, token, inner.unsqueeze(id, [1]), states);
        return { output: inner.squeeze(logits, [1]), carried: after };
      },
      scores: (inner, logits, added) => inner.add(logits, added),
      end: (_, carried) => [...carried],
    },
  });
}

/** Applies the layers to ids [B, T].
 *  @param before the vectors of the state, [B, size] each */
function applyNetwork(
  graph: GraphBuilder,
  { model, tokens }: TokenModel,
  ids: Value,
  before: readonly Value[],
): { logits: Value; after: Value[]; weightNames: ReadonlyMap<string, string> } {
  const { network, takes, vocabularySize } = tokens;
  const conversion = new TokenConversion(graph, model, before);
  const value = takes === 'ids' ? ids : graph.oneHot(ids, vocabularySize, 2); // [B, T, V]
  const place = { path: '', where: model.where };
  const [logits] = convertNetwork(conversion, network, [{ value }], place);
  conversion.weights.checkAllUsed();
  return { logits: logits.value, after: conversion.after, weightNames: conversion.weights.names };
}

/** A conversion whose states are values of the graph, where otherwise they are inputs and outputs. Layers ask for theirs
 *  in the order of `stateVectors`. */
class TokenConversion extends Conversion {
  readonly after: Value[] = [];
  readonly #before: readonly Value[];
  #asked = 0;

  constructor(graph: GraphBuilder, model: LayersModel, before: readonly Value[]) {
    super(graph, model, { hasMasks: false, convertLayer });
    this.#before = before;
  }

  override state(_layer: Layer, _name: string, shape: readonly (number | string)[]) {
    const place = this.#asked++;
    const before = this.#before[place];
    if (before?.shape[1] !== shape[1]) throw new Error('internal: a layer asks for another state');
    return {
      before,
      setAfter: (next: Value) => {
        this.after[place] = next;
      },
    };
  }
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
