// The forms of a network: how its weights are stored, and with what arithmetic its graphs compute.
import type { Grammar, ModelPrecision } from '@ostinato/core';
import type { LstmConfig, NamedTensors } from '@ostinato/model';
import { type EncodedGraphs, encodeGraphs } from './encode-graphs.js';
import { type StoredMatrices, storeNetwork, type StoredNetwork } from './network.js';

/** One form of a model, as ONNX files. */
export interface EncodedForm extends EncodedGraphs {
  readonly precision: ModelPrecision;
}

/** One form of a network. */
export interface Form extends EncodedForm {
  readonly network: StoredNetwork;
}

export interface FormSource {
  readonly parameters: NamedTensors;
  readonly config: LstmConfig;
  /** Matrices that are stored small already; a form of their precision takes them as they are. */
  readonly stored?: StoredMatrices;
  readonly grammar: Grammar;
  /** Written into the files, for whoever finds one alone. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** Makes one form. */
export function makeForm(source: FormSource, precision: ModelPrecision): Form {
  const { parameters, config, stored, grammar, metadata } = source;
  const integerProducts = precision === 'int8-dynamic';
  const storage = integerProducts ? 'int8' : precision;
  const network = storeNetwork(parameters, config, storage, stored);
  const graphs = encodeGraphs(network, grammar, { metadata, integerProducts });
  return { precision, network, ...graphs };
}
