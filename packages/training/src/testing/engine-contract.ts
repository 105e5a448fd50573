// What every TrainingEngine must do, as one suite that each engine's tests run.
import { createRandom } from '@ostinato/core';
import { initializeParameters, type LstmConfig, type NamedTensors } from '@ostinato/model';
import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import type { Batch } from '../data/batch.js';
import type { EngineFactory, EngineRequest, OptimizerOptions } from '../engines/engine-factory.js';
import type { EngineState, TrainingEngine } from '../engines/engine.js';
import { ReferenceTraining } from './reference-training.js';

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

export interface EngineCapabilities {
  /** Whether the engine trains the LSTM that its configuration describes, and can be held against the referee in float64.
   *  False for stand-ins that train another network. Default true. */
  readonly trainsLstm?: boolean;
}

/** Registers the suite for an engine. */
export function trainingEngineContract(
  name: string,
  createEngine: EngineFactory,
  runner: TestRunner,
  { trainsLstm = true }: EngineCapabilities = {},
): void {
  const { describe, it, expect } = runner;
  describe(`training engine: ${name}`, () => {
    if (trainsLstm) refereedSteps(createEngine, runner);
    microBatches(createEngine, runner);
    dropoutMasks(createEngine, runner);
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
        expect(last.accuracy).toBeGreaterThan(first.accuracy);
      });
    });

    it('reports the loss before the update and a positive gradient norm', async () => {
      await using(createEngine, {}, async (engine) => {
        const before = await engine.evaluate(patternBatch(0), { reset: true });
        const { loss, gradientNorm, accuracy } = await engine.step(patternBatch(0), {
          learningRate: 0,
        });
        // Five digits: sums of a hundred float32 terms in another order.
        expect(loss).toBeCloseTo(before.lossSum / before.count, 5);
        expect(gradientNorm).toBeGreaterThan(0);
        expect(accuracy).toBeCloseTo(before.correct / before.count, 6);
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

    it('goes on from an exported state bit for bit, dropout and micro batches included', async () => {
      const change = { dropout: 0.2, dropoutMask: 'step', microBatch: 2 } as const;
      const steps = async (engine: TrainingEngine, from: number, to: number): Promise<number[]> => {
        const losses: number[] = [];
        for (let step = from; step < to; step++) {
          losses.push(
            (await engine.step(patternBatch(step), { learningRate: LEARNING_RATE })).loss,
          );
        }
        return losses;
      };
      const whole = await using(createEngine, change, async (engine) => {
        const losses = await steps(engine, 0, 6);
        return { losses, state: await engine.exportState() };
      });
      const middle = await using(createEngine, change, async (engine) => {
        await steps(engine, 0, 3);
        return engine.exportState();
      });
      const rest = await using(createEngine, change, async (engine) => {
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

    it('refuses a wrong state and keeps its own', async () => {
      await using(createEngine, {}, async (engine) => {
        await engine.step(patternBatch(0), { learningRate: LEARNING_RATE });
        const kept = await engine.exportState();
        const other = { ...kept, step: 7, parameters: doubled(kept.parameters) };
        const tensor = { shape: [1], data: new Float32Array(1) };
        const bias = kept.parameters.get('output.bias')!;
        const short = { shape: bias.shape, data: bias.data.slice(1) };
        const bad: EngineState[] = [
          { ...other, moments: new Map() },
          { ...other, carried: new Map() },
          { ...other, parameters: new Map([...other.parameters, ['stranger', tensor]]) },
          { ...other, parameters: new Map([...other.parameters, ['output.bias', tensor]]) },
          { ...other, parameters: new Map([...other.parameters, ['output.bias', short]]) },
        ];
        for (const one of bad)
          await expect(engine.importState(one)).rejects.toThrow(CheckpointError);
        expect(await engine.exportState()).toEqual(kept);
      });
    });

    it('can be disposed twice', async () => {
      const engine = await createEngine(request({}));
      await engine.dispose();
      await engine.dispose();
    });
  });
}

/** Twenty steps beside {@link ReferenceTraining}: two layers, clipping, weight decay, pieces that begin and targets that
 *  do not count in mid-window. */
function refereedSteps(createEngine: EngineFactory, { it, expect }: TestRunner): void {
  for (const tiedOutput of [false, true]) {
    const output = tiedOutput ? 'tied' : 'untied';
    it(`computes what float64 computes for 20 steps (${output} output)`, async () => {
      // An embedding of another size than the layers finds what confuses the two; tied, they are one.
      const change = { tiedOutput, layers: 2, embeddingSize: tiedOutput ? 16 : 12 };
      const given = request(change, REFEREED);
      const referee = new ReferenceTraining(given.config, BATCH, REFEREED, given.parameters);
      await using(
        () => createEngine(given),
        {},
        async (engine) => {
          for (let step = 0; step < 20; step++) {
            const batch = unevenBatch(step);
            const expected = referee.step(batch, LEARNING_RATE);
            const found = await engine.step(batch, { learningRate: LEARNING_RATE });
            // Float32 carries 7 digits; a loss of about 2.4 and what 20 updates add to its error need 2e-5.
            expect(Math.abs(found.loss - expected.loss)).toBeLessThan(2e-5);
            expect(expected.gradientNorm).toBeGreaterThan(REFEREED.clipNorm);
            expect(Math.abs(found.gradientNorm / expected.gradientNorm - 1)).toBeLessThan(1e-4);
          }
          const { parameters } = await engine.exportState();
          for (const [name, values] of referee.parameters) {
            expect(largestDifference(parameters.get(name)!.data, values)).toBeLessThan(MOST_DRIFT);
          }
        },
      );
    });
  }
}

function microBatches(createEngine: EngineFactory, { it, expect }: TestRunner): void {
  for (const microBatch of [1, 2]) {
    it(`learns from ${BATCH} sequences the same, ${microBatch} at once`, async () => {
      const run = (change: RequestChange) =>
        using(createEngine, change, async (engine) => {
          const figures: number[] = [];
          for (let step = 0; step < 4; step++) {
            const learned = await engine.step(unevenBatch(step), { learningRate: LEARNING_RATE });
            const seen = await engine.evaluate(unevenBatch(step + 1), { reset: step === 2 });
            figures.push(learned.loss, learned.gradientNorm, seen.lossSum / seen.count, seen.count);
          }
          return { figures, state: await engine.exportState() };
        });
      const whole = await run({ dropout: 0.2 });
      const parts = await run({ dropout: 0.2, microBatch });
      // The same sums in another order.
      expect(largestDifference(parts.figures, whole.figures)).toBeLessThan(3e-6);
      for (const kind of ['parameters', 'moments', 'carried'] as const) {
        expect([...parts.state[kind].keys()]).toEqual([...whole.state[kind].keys()]);
        for (const [name, { data }] of whole.state[kind]) {
          const difference = largestDifference(parts.state[kind].get(name)!.data, data);
          expect(difference).toBeLessThan(MOST_DRIFT);
        }
      }
    });
  }

  it('refuses micro batches that do not fill the batch', async () => {
    for (const microBatch of [0, 3, 1.5, 2 * BATCH]) {
      await expect(createEngine(request({ microBatch }))).rejects.toThrow(RangeError);
    }
  });
}

/** Which units a mask dropped shows in the gradient of the output's weights, when a single target counts: the hidden
 *  unit of a column of zeros was zero. */
function dropoutMasks(createEngine: EngineFactory, { it, expect }: TestRunner): void {
  const columns = async (change: RequestChange, at: number): Promise<number[]> =>
    using(createEngine, change, async (engine) => {
      const batch = patternBatch(0);
      batch.weights.fill(0).fill(1, at, at + 1);
      await engine.step(batch, { learningRate: 0 });
      const { moments } = await engine.exportState();
      const slopes = moments.get('first.output.weight')!.data;
      const [dLogit] = moments.get('first.output.bias')!.data;
      // The first row is dLogit * hidden, so this is the hidden state after dropout.
      return [...slopes.subarray(0, CONFIG.hiddenSize)].map((slope) => slope / dLogit);
    });
  const [early, late] = [1, (STEPS - 1) * BATCH + 1]; // the same sequence

  it('drops the same units in all of a window, or others in each step, as asked', async () => {
    const dropped = async (dropoutMask: 'window' | 'step', at: number): Promise<boolean[]> =>
      (await columns({ dropout: 0.5, dropoutMask }, at)).map((hidden) => hidden === 0);
    const window = await dropped('window', early);
    expect(window.includes(true) && window.includes(false)).toBe(true);
    expect(await dropped('window', late)).toEqual(window);
    expect(await dropped('step', late)).not.toEqual(await dropped('step', early));
  });

  it('scales what it keeps by 1 / (1 - dropout)', async () => {
    const without = await columns({}, early);
    for (const [unit, hidden] of (await columns({ dropout: 0.5 }, early)).entries()) {
      if (hidden !== 0) expect(hidden / without[unit]).toBeCloseTo(2, 3);
    }
  });
}

type RequestChange = Partial<LstmConfig> & Pick<EngineRequest, 'microBatch' | 'dropoutMask'>;

const OPTIMIZER: OptimizerOptions = {
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0,
  clipNorm: 1,
};

/** Clips every gradient, decays, and does not divide by deviations that float32 knows to a digit only. */
const REFEREED: OptimizerOptions = {
  ...OPTIMIZER,
  epsilon: 1e-5,
  weightDecay: 0.1,
  clipNorm: 0.02,
};

/** How far parameters may lie apart after some steps of 0.01 whose gradients differ by rounding: 8e-7 was seen. */
const MOST_DRIFT = 1e-5;

function request(
  { microBatch, dropoutMask, ...change }: RequestChange,
  optimizer = OPTIMIZER,
): EngineRequest {
  const config = { ...CONFIG, ...change };
  const random = createRandom(1);
  let index = 0;
  return {
    config,
    batch: BATCH,
    steps: STEPS,
    seed: 1,
    microBatch,
    dropoutMask,
    optimizer,
    parameters: initializeParameters(config, () => random.uniformAt(index++)),
  };
}

async function using<T>(
  createEngine: EngineFactory,
  change: RequestChange,
  body: (engine: TrainingEngine) => Promise<T>,
): Promise<T> {
  const engine = await createEngine(request(change));
  try {
    return await body(engine);
  } finally {
    await engine.dispose();
  }
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (!(difference <= largest)) largest = difference; // NaN is the largest of all
  }
  return largest;
}

function doubled(tensors: NamedTensors): NamedTensors {
  return new Map(
    [...tensors].map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map((value) => 2 * value) },
    ]),
  );
}

/** The pattern with pieces that begin and targets that do not count, at other places in every sequence and window. */
function unevenBatch(index: number): Batch {
  const batch = patternBatch(index);
  for (let stream = 0; stream < BATCH; stream++) {
    const begins = (index + 3 * stream) % STEPS;
    batch.keep[begins * BATCH + stream] = 0;
    batch.weights[((begins + STEPS - 1) % STEPS) * BATCH + stream] = 0;
  }
  batch.weights.fill(0, (STEPS - 1) * BATCH, (STEPS - 1) * BATCH + 2);
  return batch;
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
