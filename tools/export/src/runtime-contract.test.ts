// The Node runtime on exported graphs: the contract suite of core, with random parameters.
import { createFakeGrammar, nextTokenModelContract } from '@ostinato/core/testing';
import { encodeModel, OPSET } from '@ostinato/graph';
import { startModel } from '@ostinato/node';
import { describe, expect, it } from 'vitest';
import { chunkGraph } from './graphs/chunk-graph.js';
import { storeNetwork } from './graphs/network.js';
import { stateSize } from './graphs/state.js';
import { stepGraph } from './graphs/step-graph.js';
import { randomParameters, tinyConfig } from './testing/random-network.js';

const grammar = createFakeGrammar(tinyConfig.vocabularySize);
const network = storeNetwork(randomParameters(tinyConfig, 1), tinyConfig, 'int8');
const encode = (graph: ReturnType<typeof stepGraph>) =>
  encodeModel({
    graph,
    opset: OPSET,
    metadata: new Map(),
    producerName: 'test',
    producerVersion: '1',
  });
const step = encode(stepGraph(network));
const chunk = encode(chunkGraph(network, grammar));

describe.each([
  ['chunk and step', { step, chunk }],
  ['step alone', { step }],
])('a model with %s', (_, graphs) => {
  nextTokenModelContract({ describe, it, expect }, async () => {
    const parts = { graphs, grammar, stateSize: stateSize(tinyConfig) };
    return { model: await startModel(parts, { threads: 1 }), grammar };
  });
});
