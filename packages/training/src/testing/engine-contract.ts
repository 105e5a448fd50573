// What every TrainingEngine must do, as one suite that each engine's tests run.
import { createRandom } from '@ostinato/core';
import { initializeParameters, type LstmConfig } from '@ostinato/model';
import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import type { Batch } from '../data/batch.js';
import type { EngineFactory, EngineRequest } from '../engines/engine-factory.js';
import type { EngineState, TrainingEngine } from '../engines/engine.js';

/** The test runner's words; vitest's fit. Given from outside, so that this package does not depend on one. */
export interface TestRunner {
  describe: (name: string, body: () => void) => void;
  it: (name: string, body: () => Promise<void>) => void;
  expect: (value: unknown) => {
    toBe(expected: unknown): void;
    toEqual(expected: unknown): void;
    toBeLessThan(limit: number): void;
    toBeGreaterThan(limit: number): void;
    toBeCloseTo(expected: number, digits?: number): void;
    not: { toEqual(expected: unknown): void };
    rejects: { toThrow(error: unknown): Promise<void> };
  };
}

const CONFIG: LstmConfig = {
  kind: 'lstm',
  vocabularySize: 11,
  embeddingSize: 16,
  hiddenSize: 16,
  layers: 1,
  dropout: 0,
  tiedOutput: false,
};
const BATCH = 4;
const STEPS = 8;
const LEARNING_RATE = 0.01;

/** Registers the suite for an engine. */
export function trainingEngineContract(
  name: string,
  createEngine: EngineFactory,
  { describe, it, expect }: TestRunner,
): void {
  describe(`training engine: ${name}`, () => {
    it('learns: the loss of a repeated pattern falls far below that of guessing', async () => {
      await using(createEngine, {}, async (engine) => {
        const first = await engine.step(patternBatch(0), { learningRate: LEARNING_RATE });
        let last = first;
        for (let step = 1; step < 120; step++) {
          last = await engine.step(patternBatch(step), { learningRate: LEARNING_RATE });
        }
        // Fresh parameters know nothing: no better than guessing, give or take luck.
        const guessing = Math.log(CONFIG.vocabularySize);
        expect(first.loss).toBeGreaterThan(guessing - 0.5);
        expect(last.loss).toBeLessThan(guessing / 2);
      });
    });

    it('reports the loss before the update and a positive gradient norm', async () => {
      await using(createEngine, {}, async (engine) => {
        const before = await engine.evaluate(patternBatch(0), { reset: true });
        const { loss, gradientNorm } = await engine.step(patternBatch(0), { learningRate: 0 });
        // Five digits: sums of a hundred float32 terms in another order.
        expect(loss).toBeCloseTo(before.lossSum / before.count, 5);
        expect(gradientNorm).toBeGreaterThan(0);
      });
    });

    it('counts weighted targets only', async () => {
      await using(createEngine, {}, async (engine) => {
        const batch = patternBatch(0);
        batch.weights.fill(0, BATCH);
        const { count, correct } = await engine.evaluate(batch, { reset: true });
        expect(count).toBe(BATCH);
        expect(correct).toBeLessThan(BATCH + 1);
      });
    });

    it('ignores targets of weight 0 in the step', async () => {
      const run = async (target: number): Promise<EngineState> =>
        using(createEngine, {}, async (engine) => {
          const batch = patternBatch(0);
          batch.weights[5] = 0;
          batch.targets[5] = target;
          await engine.step(batch, { learningRate: LEARNING_RATE });
          return engine.exportState();
        });
      expect((await run(0)).parameters).toEqual((await run(7)).parameters);
    });

    it('carries state between windows and forgets it where a piece begins', async () => {
      await using(createEngine, {}, async (engine) => {
        const loss = async (batch: Batch, reset: boolean): Promise<number> =>
          (await engine.evaluate(batch, { reset })).lossSum;
        const fresh = await loss(patternBatch(1), true);
        const carried = await loss(patternBatch(1), false);
        const forgotten = patternBatch(1);
        forgotten.keep.fill(0, 0, BATCH);
        expect(Math.abs(carried - fresh)).toBeGreaterThan(1e-6);
        expect(await loss(forgotten, false)).toBe(fresh);
      });
    });

    it('does not let evaluation disturb training', async () => {
      const run = async (evaluate: boolean): Promise<EngineState> =>
        using(createEngine, { dropout: 0.2 }, async (engine) => {
          for (let step = 0; step < 4; step++) {
            await engine.step(patternBatch(step), { learningRate: LEARNING_RATE });
            if (evaluate) await engine.evaluate(patternBatch(9), { reset: step % 2 === 0 });
          }
          return engine.exportState();
        });
      expect(await run(true)).toEqual(await run(false));
    });

    it('goes on from an exported state bit for bit, dropout included', async () => {
      const steps = async (engine: TrainingEngine, from: number, to: number): Promise<number[]> => {
        const losses: number[] = [];
        for (let step = from; step < to; step++) {
          losses.push(
            (await engine.step(patternBatch(step), { learningRate: LEARNING_RATE })).loss,
          );
        }
        return losses;
      };
      const whole = await using(createEngine, { dropout: 0.2 }, async (engine) => {
        const losses = await steps(engine, 0, 6);
        return { losses, state: await engine.exportState() };
      });
      const middle = await using(createEngine, { dropout: 0.2 }, async (engine) => {
        await steps(engine, 0, 3);
        return engine.exportState();
      });
      const rest = await using(createEngine, { dropout: 0.2 }, async (engine) => {
        await engine.importState(middle);
        const losses = await steps(engine, 3, 6);
        return { losses, state: await engine.exportState() };
      });
      expect(middle.step).toBe(3);
      expect(rest.losses).toEqual(whole.losses.slice(3));
      expect(rest.state).toEqual(whole.state);
    });

    it('exports copies', async () => {
      await using(createEngine, {}, async (engine) => {
        const before = await engine.exportState();
        const kept = structuredClone(before);
        await engine.step(patternBatch(0), { learningRate: LEARNING_RATE });
        expect(before).toEqual(kept);
        expect((await engine.exportState()).parameters).not.toEqual(kept.parameters);
      });
    });

    it('refuses a batch of another shape', async () => {
      await using(createEngine, {}, async (engine) => {
        const batch = { ...patternBatch(0), steps: STEPS + 1 };
        await expect(engine.step(batch, { learningRate: 0 })).rejects.toThrow(RangeError);
        await expect(engine.evaluate(batch, { reset: true })).rejects.toThrow(RangeError);
      });
    });

    it('refuses a state with a missing, unknown or misshapen tensor', async () => {
      await using(createEngine, {}, async (engine) => {
        const state = await engine.exportState();
        const tensor = { shape: [1], data: new Float32Array(1) };
        const withTensor = new Map([...state.parameters, ['stranger', tensor]]);
        const misshapen = new Map([...state.parameters, ['output.bias', tensor]]);
        const bad: EngineState[] = [
          { ...state, moments: new Map() },
          { ...state, parameters: withTensor },
          { ...state, parameters: misshapen },
        ];
        for (const one of bad)
          await expect(engine.importState(one)).rejects.toThrow(CheckpointError);
      });
    });

    it('can be disposed twice', async () => {
      const engine = await createEngine(request({}));
      await engine.dispose();
      await engine.dispose();
    });
  });
}

function request(change: Partial<LstmConfig>): EngineRequest {
  const config = { ...CONFIG, ...change };
  const random = createRandom(1);
  let index = 0;
  return {
    config,
    batch: BATCH,
    steps: STEPS,
    seed: 1,
    optimizer: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 },
    parameters: initializeParameters(config, () => random.uniformAt(index++)),
  };
}

async function using<T>(
  createEngine: EngineFactory,
  change: Partial<LstmConfig>,
  body: (engine: TrainingEngine) => Promise<T>,
): Promise<T> {
  const engine = await createEngine(request(change));
  try {
    return await body(engine);
  } finally {
    await engine.dispose();
  }
}

/** Streams that count round the vocabulary, each from another place; window `index` follows window `index - 1`. */
function patternBatch(index: number): Batch {
  const V = CONFIG.vocabularySize;
  const length = STEPS * BATCH;
  const tokenAt = (at: number, ahead: number): number => {
    const stream = at % BATCH;
    const step = index * STEPS + Math.floor(at / BATCH) + ahead;
    return (step + 2 * stream) % V;
  };
  return {
    steps: STEPS,
    batch: BATCH,
    tokens: Int32Array.from({ length }, (_, at) => tokenAt(at, 0)),
    targets: Int32Array.from({ length }, (_, at) => tokenAt(at, 1)),
    weights: new Float32Array(length).fill(1),
    keep: new Float32Array(length).fill(1).fill(0, 0, index === 0 ? BATCH : 0),
  };
}
