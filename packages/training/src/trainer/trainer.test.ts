// What a session does beside learning: schedules that follow the evaluations, observers, batches that are saved.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeSafetensors, type LstmSizes } from '@ostinato/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../checkpoint/checkpoint.js';
import { latestCheckpoint, listCheckpoints } from '../checkpoint/run-folder.js';
import type { EngineFactory } from '../engines/engine-factory.js';
import type { EvaluationResult, StepResult, TrainingEngine } from '../engines/engine.js';
import { createOnnxEngine } from '../engines/onnx/onnx-engine.js';
import { createLinearMemoryEngine } from '../testing/linear-memory-engine.js';
import { createMemoryCorpus } from '../testing/memory-corpus.js';
import { type MetricsLine, readMetrics } from './metrics-log.js';
import type { TrainProgress } from './progress.js';
import { train } from './train.js';
import type { TrainOptionsInput } from './train-options.js';
import type { TrainRequest, TrainResult } from './train-request.js';

const sizes: LstmSizes = {
  kind: 'lstm',
  embeddingSize: 8,
  hiddenSize: 8,
  layers: 1,
  dropout: 0.1,
  tiedOutput: false,
};
const options: TrainOptionsInput = {
  steps: 30,
  batch: 4,
  windowSteps: 16,
  peakLearningRate: 0.3, // so much that many an evaluation is worse than the one before
  warmupSteps: 2,
  evaluationInterval: 3,
  checkpointInterval: 7,
  tempoStretch: 0.2,
  rotateBars: true,
};
const corpus = createMemoryCorpus();

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-trainer-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const runIn = (name: string): string => join(folder, name);

async function trainIn(name: string, change: Partial<TrainRequest> = {}): Promise<TrainResult> {
  const request = { corpus, engine: createLinearMemoryEngine, sizes, options, ...change };
  return train({ now: () => 0, ...request, runFolder: runIn(name) });
}

/** An engine of which something is replaced. */
function altered(
  change: (
    engine: TrainingEngine,
  ) => Partial<Pick<TrainingEngine, 'step' | 'evaluate' | 'description'>>,
): EngineFactory {
  return async (request) => {
    const engine = await createLinearMemoryEngine(request);
    const replaced = change(engine);
    return new Proxy(engine, {
      get(target, name) {
        const own: unknown = Reflect.get(replaced, name);
        const value: unknown = own ?? Reflect.get(target, name);
        return typeof value === 'function' && own === undefined ? value.bind(target) : value;
      },
    });
  };
}

/** The files of a run, by their path. */
async function filesOf(name: string): Promise<Map<string, string>> {
  const entries = await readdir(runIn(name), { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(paths.map(async (path) => readFile(path, 'base64')));
  return new Map(paths.map((path, index) => [path.slice(runIn(name).length), contents[index]]));
}

async function lastState(name: string) {
  return (await readCheckpoint((await latestCheckpoint(runIn(name)))!)).state;
}

describe('a plateau', () => {
  const plateau: TrainOptionsInput = {
    ...options,
    schedule: 'plateau',
    plateauPatience: 1,
    plateauFactor: 0.5,
  };

  it('lowers the learning rate of the steps after an evaluation that is no better', async () => {
    const events: TrainProgress[] = [];
    await trainIn('run', { options: plateau, onProgress: (event) => events.push(event) });
    const cuts = events.flatMap((event) =>
      event.kind === 'evaluation' && event.cutTo !== null ? [event] : [],
    );
    expect(cuts.length).toBeGreaterThan(1); // else this data shows nothing
    const rateOf = (wanted: number): number | undefined =>
      events.flatMap((event) =>
        event.kind === 'step' && event.step === wanted ? [event.learningRate] : [],
      )[0];
    for (const { step, cutTo, best } of cuts) {
      expect(best).toBe(false);
      expect(cutTo).toBe(rateOf(step)! / 2);
      if (step < 30) expect(rateOf(step + 1)).toBe(cutTo);
    }
    expect((await lastState('run')).schedule?.cuts).toBe(cuts.length);
  });

  // Before, at and after an evaluation, a cut and a checkpoint.
  it.each([1, 6, 7, 11, 12, 13, 29])(
    'goes on after a stop at step %i as if never stopped',
    async (stop) => {
      await trainIn('whole', { options: plateau });
      const controller = new AbortController();
      const onProgress = (event: TrainProgress): void => {
        if (event.kind === 'step' && event.step === stop) controller.abort();
      };
      await trainIn('parts', { options: plateau, signal: controller.signal, onProgress });
      await trainIn('parts', { resume: true, sizes: undefined, options: {} });
      expect(await lastState('parts')).toEqual(await lastState('whole'));
      expect(await readMetrics(runIn('parts'))).toEqual(await readMetrics(runIn('whole')));
    },
  );
});

describe('early stopping', () => {
  const early: TrainOptionsInput = { ...options, steps: 300, earlyStopping: 3 };

  it('ends the run with a checkpoint, and stays ended when it is resumed', async () => {
    const result = await trainIn('run', { options: early });
    expect(result).toMatchObject({ status: 'stopped-early' });
    expect(result.step).toBeLessThan(300);
    expect(result.step).toBe(result.best!.step + 9); // three evaluations
    expect(await listCheckpoints(runIn('run'))).toEqual(
      expect.arrayContaining([result.best!.step, result.step]),
    );
    const before = await filesOf('run');
    expect(await trainIn('run', { resume: true, options: {} })).toEqual(result);
    expect(await filesOf('run')).toEqual(before);
  });

  it('goes on when more patience is asked for', async () => {
    const { step } = await trainIn('run', { options: early });
    const result = await trainIn('run', { resume: true, options: { earlyStopping: 5 } });
    expect(result.step).toBeGreaterThan(step);
  });

  it('ends a run that was stopped in between at the same step with the same bytes', async () => {
    const { step } = await trainIn('whole', { options: early });
    const controller = new AbortController();
    const onProgress = (event: TrainProgress): void => {
      if (event.kind === 'step' && event.step === step - 2) controller.abort();
    };
    await trainIn('parts', { options: early, signal: controller.signal, onProgress });
    await trainIn('parts', { resume: true, options: {} });
    expect(await lastState('parts')).toEqual(await lastState('whole'));
  });
});

describe('micro batches', () => {
  it('go on after a stop as if never stopped, with a plateau and early stopping', async () => {
    const request: Partial<TrainRequest> = {
      engine: (given) => createOnnxEngine({ ...given, threads: 1 }),
      options: {
        ...options,
        microBatch: 2,
        dropoutMask: 'step',
        schedule: 'plateau',
        plateauPatience: 1,
        earlyStopping: 4,
      },
    };
    await trainIn('whole', request);
    const controller = new AbortController();
    const onProgress = (event: TrainProgress): void => {
      if (event.kind === 'step' && event.step === 11) controller.abort();
    };
    await trainIn('parts', { ...request, signal: controller.signal, onProgress });
    await trainIn('parts', { ...request, resume: true });
    const [whole, parts] = await Promise.all([filesOf('whole'), filesOf('parts')]);
    // A stop has a checkpoint of its own, which may be among the newest; the last one is what counts.
    const last = [...whole.keys()].filter((path) => path.includes(`step-${stepOf(whole)}/`));
    expect(last).toHaveLength(4);
    for (const path of last) expect([path, parts.get(path)]).toEqual([path, whole.get(path)]);
  });

  function stepOf(files: Map<string, string>): number {
    const steps = [...files.keys()].map((path) => Number(/step-(\d+)/.exec(path)?.[1] ?? 0));
    return Math.max(...steps);
  }
});

describe('observers', () => {
  it('are told of every line, evaluation and checkpoint in order, and change nothing', async () => {
    await trainIn('alone');
    const told: (string | MetricsLine)[] = [];
    let weights = 0;
    await trainIn('run', {
      observers: [
        {
          onMetrics: (line) => told.push(line),
          onEvaluation: async ({ step, parameters, config, line }) => {
            const copy = await parameters();
            weights = copy.get('output.weight')!.data.length;
            copy.get('output.weight')!.data.fill(0);
            expect(line.step).toBe(step);
            expect(config.hiddenSize).toBe(8);
            told.push(`evaluation ${step}`);
          },
          onCheckpoint: async (step) => void told.push(`checkpoint ${step}`),
          close: async () => void told.push('close'),
        },
      ],
    });
    expect(weights).toBeGreaterThan(0);
    const lines = told.filter((each) => typeof each !== 'string');
    expect(lines).toEqual(await readMetrics(runIn('run')));
    const words = told.filter((each) => typeof each === 'string');
    expect(words.slice(0, 2)).toEqual(['evaluation 3', 'checkpoint 3']);
    expect(words.slice(-3)).toEqual(['evaluation 30', 'checkpoint 30', 'close']);
    expect(await filesOf('run')).toEqual(await filesOf('alone'));
  });

  it('that fail end the run after the checkpoint of that step, and it can go on', async () => {
    await trainIn('whole');
    let closed = 0;
    const observer = {
      onEvaluation: async ({ step }: { step: number }) => {
        if (step === 12) throw new Error('no room for a picture');
      },
      close: async () => void closed++,
    };
    await expect(trainIn('run', { observers: [observer] })).rejects.toThrow(
      'no room for a picture',
    );
    expect(closed).toBe(1);
    expect((await listCheckpoints(runIn('run'))).at(-1)).toBe(12);
    await trainIn('run', { resume: true, options: {} });
    expect(await lastState('run')).toEqual(await lastState('whole'));
  });

  it('that fail at a line end the run after the checkpoint of that step too', async () => {
    const observer = {
      onMetrics: ({ step }: { step: number }) => {
        if (step === 5) throw new Error('no pipe');
      },
    };
    await expect(trainIn('run', { observers: [observer] })).rejects.toThrow('no pipe');
    expect((await listCheckpoints(runIn('run'))).at(-1)).toBe(5);
  });

  it.each<[string, RegExp, Partial<TrainRequest>]>([
    ['the folder is refused', /no run to resume/, { resume: true }],
    ['an option is wrong', /option steps/, { options: { steps: -1 } }],
    [
      'the engine cannot be made',
      /no device/,
      {
        engine: async () => {
          throw new Error('no device');
        },
      },
    ],
    [
      'a step fails',
      /out of memory/,
      {
        engine: altered(() => ({
          step: async () => {
            throw new Error('out of memory');
          },
        })),
      },
    ],
  ])('are closed once when %s', async (_what, message, change) => {
    let closed = 0;
    const observer = { close: async () => void closed++ };
    await expect(trainIn('run', { ...change, observers: [observer] })).rejects.toThrow(message);
    expect(closed).toBe(1);
  });
});

describe('the log', () => {
  it('has rate, tokens and epoch of every step', async () => {
    let clock = 0;
    const result = await trainIn('run', { now: () => (clock += 500) });
    const steps = (await readMetrics(runIn('run'))).filter((line) => line.kind === 'step');
    expect(steps.at(-1)).toMatchObject({ tokens: result.tokens, epoch: result.epoch });
    expect(steps.at(-1)?.tokensPerSecond).toBeCloseTo(128, 6); // 4 x 16 tokens in half a second
    expect(steps[0].tokens).toBeLessThan(steps[1].tokens!);
  });
});

describe('a run that diverges', () => {
  /** From the tenth step on. */
  function broken(result: Partial<StepResult>): EngineFactory {
    return altered((engine) => {
      let steps = 0;
      return {
        step: async (batch, given) => ({
          ...(await engine.step(batch, given)),
          ...(++steps >= 10 ? result : {}),
        }),
      };
    });
  }

  it.each<[string, Partial<StepResult>, RegExp]>([
    [
      'the loss',
      { loss: NaN },
      /^step 10, learning rate 0\.2\d+: the loss is NaN; its batch is in /,
    ],
    [
      'the gradient',
      { gradientNorm: Infinity },
      /the gradient's norm is Infinity; its batch is in /,
    ],
  ])('by %s leaves the batch and the pieces it came from', async (_what, result, message) => {
    const attempt = trainIn('run', { engine: broken(result) });
    await expect(attempt).rejects.toMatchObject({
      code: 'diverged',
      message: expect.stringMatching(message),
    });
    const place = join(runIn('run'), 'diverged', 'step-10');
    await expect(attempt).rejects.toThrow(place);
    const { tensors } = decodeSafetensors(await readFile(join(place, 'batch.safetensors')));
    expect([...tensors.keys()].toSorted()).toEqual(['keep', 'targets', 'tokens', 'weights']);
    expect(tensors.get('tokens')?.shape).toEqual([16, 4]);
    const facts = JSON.parse(await readFile(join(place, 'step.json'), 'utf8')) as {
      step: number;
      loss: number | string;
      pieces: { ordinal: number; path: string }[];
      streams: ([number, number] | null)[];
    };
    expect(facts).toMatchObject({ step: 10, learningRate: expect.any(Number) });
    expect(facts.loss).toEqual(result.loss === undefined ? expect.any(Number) : 'NaN');
    expect(facts.streams).toHaveLength(4);
    expect(facts.pieces.every(({ path }) => /^train\/\d\.mid$/.test(path))).toBe(true);
    const known = new Set(facts.pieces.map(({ ordinal }) => ordinal));
    for (const stream of facts.streams) if (stream) expect(known).toContain(stream[0]);
    expect((await listCheckpoints(runIn('run'))).at(-1)).toBe(9);
  });

  it('falls at the same batch again when it is resumed', async () => {
    await expect(trainIn('run', { engine: broken({ loss: NaN }) })).rejects.toThrow('step 10');
    const before = await filesOf('run');
    const again = altered(() => ({
      step: async () => ({ loss: NaN, gradientNorm: 1, accuracy: 0 }),
    }));
    await expect(trainIn('run', { engine: again, resume: true })).rejects.toThrow('step 10');
    const after = await filesOf('run');
    const batch = '/diverged/step-10/batch.safetensors';
    expect(after.get(batch)).toBe(before.get(batch));
    expect(after.get(batch)).toBeDefined();
  });

  it('in an evaluation leaves the window', async () => {
    const engine = altered((real) => ({
      evaluate: async (batch, given): Promise<EvaluationResult> => ({
        ...(await real.evaluate(batch, given)),
        lossSum: NaN,
      }),
    }));
    await expect(trainIn('run', { engine })).rejects.toThrow(
      /^step 3, .*: the validation loss is NaN; its batch is in .*step-3/,
    );
    const text = await readFile(join(runIn('run'), 'diverged', 'step-3', 'step.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ step: 3, validationLoss: 'NaN' });
  });

  it('says so also where the batch cannot be saved', async () => {
    const writeFile = async (): Promise<void> => {
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    };
    const engine = altered(() => ({
      step: async () => ({ loss: NaN, gradientNorm: 1, accuracy: 0 }),
    }));
    await expect(trainIn('run', { engine, writeFile })).rejects.toMatchObject({
      code: 'diverged',
      message: expect.stringMatching(/the loss is NaN; its batch is lost \(.*disk is full/),
    });
  });
});

describe('warnings', () => {
  it('tell of data without validation, which is trained on all the same', async () => {
    const events: TrainProgress[] = [];
    const result = await trainIn('run', {
      corpus: createMemoryCorpus({ pieces: { train: 2, validation: 0, test: 0 } }),
      onProgress: (event) => events.push(event),
    });
    expect(result).toMatchObject({ status: 'finished', best: null });
    const warnings = events.flatMap((event) => (event.kind === 'warning' ? [event.message] : []));
    expect(warnings[0]).toMatch(/no validation pieces/);
  });

  it('tell of another engine than that of the last session', async () => {
    await trainIn('run', { options: { ...options, steps: 6 } });
    const events: TrainProgress[] = [];
    await trainIn('run', {
      engine: altered(() => ({ description: 'another machine' })),
      resume: true,
      options: {},
      onProgress: (event) => events.push(event),
    });
    expect(events).toContainEqual({
      kind: 'warning',
      message: expect.stringMatching(
        /last session trained by linear memory.*this one by another machine/,
      ),
    });
  });
});

describe('a start that is refused', () => {
  it('leaves nothing behind', async () => {
    await expect(trainIn('run', { options: { ...options, batch: 4096 } })).rejects.toMatchObject({
      code: 'bad-option',
    });
    expect(await readdir(folder)).toEqual([]);
  });
});
