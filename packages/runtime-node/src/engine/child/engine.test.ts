// The engine without its process: what is left of calls.
import { readFile } from 'node:fs/promises';
import { createRandom, parseTokenizer } from '@ostinato/core';
import type { DecodeCall } from '@ostinato/runtime';
import { beforeAll, describe, expect, it } from 'vitest';
import { rowGraph } from '../row-graph.js';
import { Engine } from './engine.js';

const MODEL = new URL('../../../../../models/musicnet/', import.meta.url);
const V = 487;
const S = 2048;

let engine: Engine;
beforeAll(async () => {
  const [step, chunk, tokenizer] = await Promise.all(
    ['step.onnx', 'chunk.onnx', 'tokenizer.json'].map((file) => readFile(new URL(file, MODEL))),
  );
  const { grammar } = parseTokenizer(tokenizer.toString());
  const graphs = { step, rows: rowGraph(chunk)! };
  engine = await Engine.start({ threads: 1, slots: 4, graphs, grammar, stateSize: S });
});

function decodeCall(seed: number, length: number): DecodeCall {
  return {
    batch: 1,
    state: new Float32Array(S),
    previousTokens: Int32Array.of(0),
    uniforms: createRandom(seed).uniforms(0, length),
    forcedTokens: new Int32Array(length).fill(-1),
    counts: Int32Array.of(length),
    bias: new Float32Array(V),
    temperature: 1,
    topK: V,
    topP: 1,
    minP: 0,
    neededInMilliseconds: 0,
  };
}

describe('an engine', () => {
  it('is left by calls that are cancelled, whatever they ask for, and keeps nothing of them', async () => {
    const tokens = new Int32Array(5000);
    const state = new Float32Array(S);
    const other = engine.decode(0, decodeCall(1, 40));
    const stopped = [
      engine.decode(1, decodeCall(2, 5000)),
      engine.consume(2, { tokens, batch: 1, state }),
      engine.score(3, { tokens, batch: 5, state: new Float32Array(5 * S) }),
    ];
    const settled = Promise.allSettled(stopped);
    expect(engine.calls).toBe(4);
    for (const id of [1, 2, 3, 4]) engine.cancel(id); // nobody has 4
    for (const { status } of await settled) expect(status).toBe('rejected');
    expect((await other).tokens).toHaveLength(40);
    expect(engine.calls).toBe(0);
    expect((await engine.decode(0, decodeCall(1, 40))).tokens).toEqual((await other).tokens);
  });

  it('goes on with a stream while a long primer is consumed', async () => {
    const primer = decodeCall(3, 1000);
    primer.forcedTokens.fill(7);
    const consumed = engine.decode(1, primer);
    let blocks = 0;
    for (; engine.calls > 0; blocks++) await engine.decode(2, decodeCall(4, 8));
    expect((await consumed).tokens.every((token) => token === 7)).toBe(true);
    // Of a run's 16 steps and another run's 16 the stream has at least one each time: 1000 / 32 / 8 blocks.
    expect(blocks).toBeGreaterThan(3);
  });
});
