// The runtime of servers that are not Node, on exported graphs: the contract suite of core, with random parameters.
import { readFile } from 'node:fs/promises';
import { nextTokenModelContract } from '@ostinato/core/testing';
import { startModel } from '@ostinato/web/in-thread';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyModel } from './testing/tiny-model.js';

describe('the runtime in the thread that calls', () => {
  let wasm: WebAssembly.Module;
  beforeAll(async () => {
    const file = new URL(import.meta.resolve('@ostinato/web/files/ort-wasm-simd-threaded.wasm'));
    wasm = await WebAssembly.compile(await readFile(file));
  });

  const { graphs, grammar, stateSize } = tinyModel();
  const parts = { graphs: { ...graphs, step: async () => graphs.step }, grammar, stateSize };
  nextTokenModelContract({ describe, it, afterAll, expect }, async () => ({
    model: await startModel(parts, { wasm }),
    grammar,
  }));
});
