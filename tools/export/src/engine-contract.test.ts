// The engine on exported graphs: the contract suite of core, with random parameters.
import { nextTokenModelContract } from '@ostinato/core/testing';
import { startEngine } from '@ostinato/node';
import { afterAll, describe, expect, it } from 'vitest';
import { tinyModel } from './testing/tiny-model.js';

const { graphs, ...parts } = tinyModel();

describe('an engine', () => {
  nextTokenModelContract({ describe, it, afterAll, expect }, async () => ({
    model: await startEngine({ ...parts, graphs }, { processes: 1, threads: 1, slots: 5 }),
    grammar: parts.grammar,
  }));
});
