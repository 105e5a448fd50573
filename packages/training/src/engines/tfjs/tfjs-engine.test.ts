import { initializeParameters, type LstmConfig } from '@ostinato/model';
import { formulaNumbers } from '@ostinato/model/testing';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../data/batch.js';
import { trainingEngineContract } from '../../testing/engine-contract.js';
import type { EngineRequest } from '../engine-factory.js';
import { createOnnxEngine } from '../onnx/onnx-engine.js';
import { loadBackend } from './load-backend.js';
import { loadNativePackage } from './native-package.js';
import { createTfjsEngine } from './tfjs-engine.js';

const native = await loadNativePackage();
const BACKENDS = [
  { backend: 'wasm', absent: '' },
  { backend: 'tensorflow', absent: native.tf ? '' : `; skipped: ${native.reason}` },
] as const;

for (const { backend, absent } of BACKENDS) {
  describe.skipIf(absent)(`${backend}${absent}`, () => {
    trainingEngineContract(
      `tfjs, ${backend}`,
      (request) => createTfjsEngine({ ...request, backend }),
      { describe, expect, it },
    );

    it('holds as many tensors after any number of steps, and none after its end', async () => {
      const { tf } = await loadBackend(backend);
      const before = tf.memory().numTensors;
      const engine = await createTfjsEngine({
        ...requestOf({ dropout: 0.2 }),
        backend,
        microBatch: 2,
      });
      const counts: number[] = [];
      for (let step = 0; step < 4; step++) {
        await engine.step(batchOf(step), { learningRate: 0.01 });
        await engine.evaluate(batchOf(step), { reset: step === 2 });
        await engine.importState(await engine.exportState());
        counts.push(tf.memory().numTensors);
      }
      // A parameter and its two moments: embedding, 2 x (input, recurrent, bias), output and its bias.
      expect(counts).toEqual(Array.from({ length: 4 }, () => before + 3 * 9));
      await engine.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });

    it('takes the steps of the onnx engine, with the same dropout', async () => {
      const request = requestOf({ dropout: 0.3 });
      for (const dropoutMask of ['window', 'step'] as const) {
        const engines = [
          await createOnnxEngine({ ...request, dropoutMask, threads: 1 }),
          await createTfjsEngine({ ...request, dropoutMask, backend }),
        ];
        for (let step = 0; step < 5; step++) {
          const results = [];
          for (const engine of engines) {
            results.push(await engine.step(batchOf(step), { learningRate: 0.01 }));
          }
          // The same float32 sums in another order.
          expect(results[1].loss).toBeCloseTo(results[0].loss, 5);
          expect(results[1].gradientNorm).toBeCloseTo(results[0].gradientNorm, 5);
        }
        for (const engine of engines) await engine.dispose();
      }
    });

    it.each(['tokens', 'targets'] as const)('refuses %s outside the vocabulary', async (field) => {
      const engine = await createTfjsEngine({ ...requestOf(), backend });
      for (const id of [V, -1]) {
        const batch = batchOf(0);
        batch[field][5] = id;
        const error = {
          code: 'engine',
          message: expect.stringMatching(`^[^\n]+ ${id} is outside`),
        };
        await expect(engine.step(batch, { learningRate: 0.1 })).rejects.toMatchObject(error);
        await expect(engine.evaluate(batch, { reset: true })).rejects.toMatchObject(error);
      }
      await engine.dispose();
      const late = { code: 'engine', message: 'the engine was disposed' };
      await expect(engine.step(batchOf(0), { learningRate: 0.1 })).rejects.toMatchObject(late);
      await expect(engine.exportState()).rejects.toMatchObject(late);
    });
  });
}

it.skipIf(!native.tf)(
  'computes on two backends in turns what it computes on each alone',
  async () => {
    const losses = async (backends: ('wasm' | 'tensorflow')[]): Promise<number[][]> => {
      const engines = await Promise.all(
        backends.map((backend) => createTfjsEngine({ ...requestOf(), backend })),
      );
      const found: number[][] = backends.map(() => []);
      for (let step = 0; step < 3; step++) {
        const results = engines.map((engine) => engine.step(batchOf(step), { learningRate: 0.01 }));
        for (const [index, result] of (await Promise.all(results)).entries()) {
          found[index].push(result.loss);
        }
      }
      for (const engine of engines) await engine.dispose();
      return found;
    };
    const alone = [...(await losses(['wasm'])), ...(await losses(['tensorflow']))];
    expect(await losses(['wasm', 'tensorflow'])).toEqual(alone);
  },
);

const [V, T, B] = [11, 8, 4];

function requestOf(change: Partial<LstmConfig> = {}): EngineRequest {
  const sizes = { embeddingSize: 6, hiddenSize: 5, layers: 2, dropout: 0, tiedOutput: false };
  const config: LstmConfig = { kind: 'lstm', vocabularySize: V, ...sizes, ...change };
  const numbers = formulaNumbers();
  return {
    config,
    batch: B,
    steps: T,
    seed: 7,
    optimizer: { beta1: 0.9, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.1, clipNorm: 0.1 },
    parameters: initializeParameters(config, () => numbers.values(1, 1)[0] + 0.5),
  };
}

/** Pieces begin with the first window and within every one. */
function batchOf(index: number): Batch {
  const numbers = formulaNumbers();
  numbers.values(T * B * index, 1);
  const keep = new Float32Array(T * B).fill(1);
  if (index === 0) keep.fill(0, 0, B);
  keep[3 * B + 1] = 0;
  keep[7 * B + 2] = 0;
  const weights = new Float32Array(T * B).fill(1);
  weights[2 * B + 1] = 0;
  return { steps: T, batch: B, ...numbers.window(T, B, V), weights, keep };
}
