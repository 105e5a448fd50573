// The parts of a small model with random parameters, for tests of the runtime.
import type { Grammar } from '@ostinato/core';
import { createFakeGrammar } from '@ostinato/core/testing';
import type { LstmConfig } from '@ostinato/model';
import type { ModelParts } from '@ostinato/node';
import { encodeGraphs, type EncodeOptions } from '../graphs/encode-graphs.js';
import { storeNetwork } from '../graphs/network.js';
import { stateSize } from '../graphs/state.js';
import { randomParameters, tinyConfig } from './random-network.js';

/** What `startModel` takes, with the grammar of `createFakeGrammar`. */
export function tinyModel(
  config: LstmConfig = tinyConfig,
  options: EncodeOptions = {},
): ModelParts & { grammar: Grammar } {
  const grammar = createFakeGrammar(config.vocabularySize);
  const network = storeNetwork(randomParameters(config, 1), config, 'int8');
  const graphs = encodeGraphs(network, grammar, options);
  return { graphs, grammar, stateSize: stateSize(config) };
}
