// The derived graph against the one it comes from, on the bundled model.
import { readFile } from 'node:fs/promises';
import { createRandom } from '@ostinato/core';
import { decodeModel, encodeModel } from '@ostinato/graph';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowGraph } from './row-graph.js';

const MODEL = new URL('../../../../models/musicnet/', import.meta.url);
const V = 487;
const S = 2048;
/** Mixes of rows that are compared; each has its own sizes and parameters. */
const BATCHES = [1, 2, 17, 64];
const STEPS = 4;

/** What one row of a run takes. */
interface RowInput {
  readonly state: Float32Array;
  readonly previous: number;
  readonly uniforms: Float32Array;
  readonly forced: readonly number[];
  readonly bias: Float32Array;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
}

function randomRow(seed: number): RowInput {
  const random = createRandom(seed);
  const at = (place: number): number => random.uniforms(place, 1)[0];
  const pick = <T>(place: number, of: readonly T[]): T => of[Math.floor(at(place) * of.length)];
  const bias = random.uniforms(1000, V).map((u) => (u < 0.1 ? -Infinity : (u - 0.5) * 4));
  return {
    state: random.uniforms(10_000, S).map((u) => 2 * u - 1),
    previous: Math.floor(at(0) * V),
    uniforms: random.uniforms(20_000, STEPS),
    forced: Array.from({ length: STEPS }, (_, i) =>
      at(30 + i) < 0.3 ? pick(40 + i, [5, 99]) : -1,
    ),
    bias: pick(1, [bias, new Float32Array(V)]),
    temperature: pick(2, [0.01, 0.7, 1, 1.3, 100]),
    topK: pick(3, [1, 5, 40, V]),
    topP: pick(4, [0.1, 0.9, 0.97, 1]),
    minP: pick(5, [0, 0.05, 0.5]),
  };
}

const float = (values: readonly number[], shape: number[]) =>
  new Tensor('float32', Float32Array.from(values), shape);
const integer = (values: readonly number[], shape: number[]) =>
  new Tensor('int64', BigInt64Array.from(values, BigInt), shape);

/** Runs rows together, each with its own parameters, or one row in the shared form. */
async function run(session: InferenceSession, rows: readonly RowInput[], shared: boolean) {
  const B = rows.length;
  const parameter = shared ? [] : [B, 1];
  const { tokens, state_after: state } = await session.run({
    state: float(
      rows.flatMap((row) => [...row.state]),
      [B, S],
    ),
    previous_tokens: integer(
      rows.map((row) => row.previous),
      [B],
    ),
    uniforms: float(
      rows.flatMap((row) => [...row.uniforms]),
      [B, STEPS],
    ),
    forced_tokens: integer(
      rows.flatMap((row) => row.forced),
      [B, STEPS],
    ),
    bias: float(
      rows.flatMap((row) => [...row.bias]),
      shared ? [V] : [B, V],
    ),
    temperature: float(
      rows.map((row) => row.temperature),
      parameter,
    ),
    top_k: integer(
      rows.map((row) => row.topK),
      parameter,
    ),
    top_p: float(
      rows.map((row) => row.topP),
      parameter,
    ),
    min_p: float(
      rows.map((row) => row.minP),
      parameter,
    ),
  });
  const bits = new Int32Array((state.data as Float32Array).slice().buffer);
  return rows.map((_, row) => ({
    tokens: Array.from(tokens.data.slice(row * STEPS, (row + 1) * STEPS) as BigInt64Array, Number),
    state: bits.slice(row * S, (row + 1) * S),
  }));
}

describe.each(['chunk.onnx', 'chunk.int8-dynamic.onnx'])('the rows of %s', (file) => {
  const sessions: InferenceSession[] = [];
  beforeAll(async () => {
    const plain = await readFile(new URL(file, MODEL));
    const options = {
      intraOpNumThreads: 2,
      extra: { session: { disable_quant_qdq: '1' } },
    };
    for (const graph of [plain, rowGraph(plain)!]) {
      sessions.push(await InferenceSession.create(graph, options));
    }
  });
  afterAll(() => Promise.all(sessions.map((session) => session.release())));

  it('draw with parameters and a bias of their own what each draws alone, bit for bit', async () => {
    const [plain, rows] = sessions;
    const inputs = Array.from({ length: Math.max(...BATCHES) }, (_, i) => randomRow(i));
    const alone = [];
    for (const input of inputs) alone.push(...(await run(plain, [input], true)));
    expect(new Set(alone.map(({ tokens }) => tokens.join())).size).toBeGreaterThan(40);
    for (const batch of BATCHES) {
      const from = inputs.length - batch; // so that a row stands at another place in each
      expect(await run(rows, inputs.slice(from), false), `batch ${batch}`).toEqual(
        alone.slice(from),
      );
    }
  });
});

it.each(['bias', 'temperature', 'top_k', 'top_p', 'min_p'])(
  'leaves alone a graph that does something else with %s too',
  async (input) => {
    const model = decodeModel(await readFile(new URL('chunk.onnx', MODEL)));
    const another = { name: 'x', opType: 'Identity', domain: '', attributes: new Map() };
    const nodes = [...model.graph.nodes, { ...another, inputs: [input], outputs: ['x'] }];
    const encoded = encodeModel({ ...model, graph: { ...model.graph, nodes } });
    expect(rowGraph(encoded)).toBeUndefined();
  },
);
