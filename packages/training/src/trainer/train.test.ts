import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTokenizer } from '@ostinato/core';
import type { LstmSizes } from '@ostinato/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../checkpoint/checkpoint.js';
import { type WriteFile, writeFileDurably } from '../checkpoint/durable.js';
import { bestCheckpoint, latestCheckpoint, listCheckpoints } from '../checkpoint/run-folder.js';
import type { EngineFactory } from '../engines/engine-factory.js';
import { createLinearMemoryEngine } from '../testing/linear-memory-engine.js';
import { createMemoryCorpus } from '../testing/memory-corpus.js';
import { readMetrics } from './metrics-log.js';
import type { TrainProgress } from './progress.js';
import { train } from './train.js';
import type { TrainRequest, TrainResult } from './train-request.js';
import type { TrainOptionsInput } from './train-options.js';

const sizes: LstmSizes = {
  kind: 'lstm',
  embeddingSize: 8,
  hiddenSize: 8,
  layers: 1,
  dropout: 0.1,
  tiedOutput: false,
};
const options: TrainOptionsInput = {
  steps: 23,
  batch: 2,
  windowSteps: 16,
  peakLearningRate: 0.02,
  warmupSteps: 4,
  evaluationInterval: 5,
  checkpointInterval: 7,
  labelDropout: 0.3,
};
const corpus = createMemoryCorpus();

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-train-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const runIn = (name: string): string => join(folder, name);

async function trainIn(name: string, change: Partial<TrainRequest> = {}): Promise<TrainResult> {
  return train({
    corpus,
    engine: createLinearMemoryEngine,
    runFolder: runIn(name),
    sizes,
    options,
    now: () => 0, // a clock that stands still: the log's rates are then the same in every run
    ...change,
  });
}

/** Everything that a run leaves that must not depend on interruptions. */
async function remains(name: string): Promise<unknown> {
  const latest = await latestCheckpoint(runIn(name));
  const best = await bestCheckpoint(runIn(name));
  return {
    latest: latest && (await readCheckpoint(latest)),
    best: best && (await readCheckpoint(best)),
    metrics: await readMetrics(runIn(name)),
  };
}

/** What a run that is never disturbed leaves; trained once for all tests. */
let undisturbed: Promise<unknown> | undefined;
async function wholeRun(): Promise<unknown> {
  undisturbed ??= trainIn('whole').then(async () => remains('whole'));
  return undisturbed;
}

/** An engine whose process dies when it is asked for a step: nothing after it happens. */
function dyingAt(step: number): EngineFactory {
  return async (request) => {
    const engine = await createLinearMemoryEngine(request);
    let next = 1;
    return {
      description: engine.description,
      step: async (batch, stepOptions) => {
        if (next++ === step) throw new Error('killed');
        return engine.step(batch, stepOptions);
      },
      evaluate: async (batch, evaluateOptions) => engine.evaluate(batch, evaluateOptions),
      exportState: async () => engine.exportState(),
      importState: async (state) => engine.importState(state),
      dispose: async () => engine.dispose(),
    };
  };
}

describe('train', () => {
  it('lowers the loss and keeps the newest and the best checkpoint', async () => {
    const longer = { ...options, steps: 300, evaluationInterval: 50, checkpointInterval: 60 };
    const result = await trainIn('run', { options: longer });
    const metrics = await readMetrics(runIn('run'));
    const losses = metrics.flatMap((line) => (line.kind === 'step' ? [line.loss] : []));
    expect(losses).toHaveLength(300);
    expect(losses.at(-1)).toBeLessThan(losses[0] / 3);
    const accuracies = metrics.flatMap((line) =>
      line.kind === 'step' ? [line.accuracy ?? Number.NaN] : [],
    );
    for (const accuracy of accuracies) expect(accuracy >= 0 && accuracy <= 1).toBe(true);
    expect(accuracies.at(-1)).toBeGreaterThan(accuracies[0]);
    const evaluations = metrics.filter((line) => line.kind === 'evaluation');
    expect(evaluations.map(({ step }) => step)).toEqual([50, 100, 150, 200, 250, 300]);
    const lowest = Math.min(...evaluations.map(({ loss }) => loss));
    expect(result).toMatchObject({ status: 'finished', step: 300, best: { loss: lowest } });
    const kept = await listCheckpoints(runIn('run'));
    expect(kept).toContain(result.best?.step);
    expect(kept).toContain(300);
    expect(kept.length).toBeLessThanOrEqual(3);
  });

  it('leaves what an exporter needs: tokenizer, configuration, figures', async () => {
    const result = await trainIn('run');
    const tokenizer = parseTokenizer(await readFile(join(runIn('run'), 'tokenizer.json'), 'utf8'));
    expect(tokenizer.hash).toBe(corpus.tokenizer.hash);
    const { state } = await readCheckpoint((await latestCheckpoint(runIn('run')))!);
    expect(state.config).toEqual({ ...sizes, vocabularySize: tokenizer.vocabularySize });
    expect(state.metrics).toEqual(result.metrics);
    expect(state.metrics['validationLossPerNote']).toBeGreaterThan(
      state.metrics['validationLoss'] ?? Infinity,
    );
    expect(state.tokens).toBe(result.tokens);
    expect(result.tokens).toBeGreaterThan(23 * 2 * 16 * 0.9);
  });

  it('gives the same run for the same seed and another for another', async () => {
    await trainIn('one');
    await trainIn('two');
    await trainIn('three', { options: { ...options, seed: 2 } });
    expect(await remains('two')).toEqual(await remains('one'));
    expect(await remains('three')).not.toEqual(await remains('one'));
  });

  it('tells what happens, with rates from the given clock', async () => {
    const events: TrainProgress[] = [];
    let clock = 0;
    await trainIn('run', { onProgress: (event) => events.push(event), now: () => (clock += 500) });
    expect(events[0]).toMatchObject({ kind: 'start', step: 0, steps: 23 });
    const steps = events.filter((event) => event.kind === 'step');
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 23 }, (_, i) => i + 1));
    // Half a second a step by this clock: 32 tokens in it.
    expect(steps[9].tokensPerSecond).toBeCloseTo(64, 6);
    expect(steps[22].secondsLeft).toBe(0);
    expect(steps[9].secondsLeft).toBeGreaterThan(13 * 0.5);
    expect(events.some((event) => event.kind === 'evaluation' && event.best)).toBe(true);
    expect(events.at(-1)).toMatchObject({ kind: 'checkpoint', step: 23 });
  });
});

describe('resuming', () => {
  it.each(Array.from({ length: 22 }, (_, i) => i + 1))(
    'after a stop at step %i ends as if never stopped',
    async (stop) => {
      const controller = new AbortController();
      const first = await trainIn('parts', {
        signal: controller.signal,
        onProgress: (event) => {
          if (event.kind === 'step' && event.step === stop) controller.abort();
        },
      });
      expect(first).toMatchObject({ status: 'interrupted', step: stop });
      const second = await trainIn('parts', { resume: true, options: {} });
      expect(second).toMatchObject({ status: 'finished', step: 23 });
      expect(await remains('parts')).toEqual(await wholeRun());
    },
  );

  it.each([1, 3, 6, 9, 16, 23])('after dying in step %i ends as if it had not', async (death) => {
    await expect(trainIn('parts', { engine: dyingAt(death) })).rejects.toThrow('killed');
    await appendFile(join(runIn('parts'), 'metrics.jsonl'), '{"kind":"step","st');
    await trainIn('parts', { resume: true, sizes: undefined, options: {} });
    expect(await remains('parts')).toEqual(await wholeRun());
  });

  it('does nothing when the run is finished', async () => {
    const whole = await trainIn('run');
    const before = await remains('run');
    expect(await trainIn('run', { resume: true })).toEqual(whole);
    expect(await remains('run')).toEqual(before);
  });

  it('goes on for longer when asked to', async () => {
    await trainIn('run');
    const result = await trainIn('run', { resume: true, options: { steps: 30 } });
    expect(result).toMatchObject({ status: 'finished', step: 30 });
    expect((await readMetrics(runIn('run'))).filter(({ kind }) => kind === 'step')).toHaveLength(
      30,
    );
  });

  it('sweeps what an interrupted write left', async () => {
    await trainIn('run');
    const leftover = join(runIn('run'), 'checkpoints', '.tmp-step-30');
    await mkdir(leftover);
    await trainIn('run', { resume: true });
    await expect(readFile(leftover)).rejects.toThrow('ENOENT');
  });
});

describe('a start that was killed', () => {
  it('can be made again before run.json is there', async () => {
    await mkdir(runIn('run'));
    await writeFile(join(runIn('run'), '.tmp-run.json'), '{"schemaVer');
    await trainIn('run');
  });
});

describe('refusals', () => {
  it('does not start over a folder that holds something', async () => {
    await mkdir(runIn('run'));
    await writeFile(join(runIn('run'), 'notes.txt'), 'mine');
    await expect(trainIn('run')).rejects.toMatchObject({ code: 'run-exists' });
    expect(await readdir(runIn('run'))).toEqual(['notes.txt']);
    expect(await readFile(join(runIn('run'), 'notes.txt'), 'utf8')).toBe('mine');
  });

  it('does not start in the place of a file', async () => {
    await writeFile(runIn('run'), 'mine');
    await expect(trainIn('run')).rejects.toMatchObject({ code: 'run-exists' });
    expect(await readFile(runIn('run'), 'utf8')).toBe('mine');
  });

  it('leaves the folder free when the engine cannot be made', async () => {
    const engine: EngineFactory = async () => {
      throw new Error('no such device');
    };
    await expect(trainIn('run', { engine })).rejects.toThrow('no such device');
    expect(await trainIn('run')).toMatchObject({ status: 'finished' });
  });

  it('does not resume where there is no run', async () => {
    await expect(trainIn('run', { resume: true })).rejects.toThrow(/no run to resume/);
  });

  it.each<[string, Partial<TrainRequest>, string, RegExp]>([
    ['other data', { corpus: createMemoryCorpus({ seed: 2 }) }, 'other-corpus', /corpus/],
    [
      'another tokenizer',
      { corpus: createMemoryCorpus({ highestPitch: 70 }) },
      'other-tokenizer',
      /tokenizer/,
    ],
    [
      'another network',
      { sizes: { ...sizes, layers: 2 } },
      'other-config',
      /layers 1, asked for 2/,
    ],
    ['another batch', { options: { batch: 4 } }, 'other-options', /batch.* has 2, asked for 4/],
  ])('does not resume with %s', async (_what, change, code, message) => {
    await trainIn('run');
    const attempt = trainIn('run', { resume: true, ...change });
    await expect(attempt).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it.each<[string, TrainOptionsInput, RegExp]>([
    ['no steps', { steps: 0 }, /steps/],
    ['a negative rate', { peakLearningRate: -1 }, /peakLearningRate/],
    ['a seed too large', { seed: 2 ** 32 }, /seed/],
  ])('names an option out of range: %s', async (_what, change, message) => {
    await expect(trainIn('run', { options: change })).rejects.toThrow(message);
  });

  it('stops when the loss is no number and leaves the last checkpoint', async () => {
    const engine: EngineFactory = async (request) => {
      const real = await createLinearMemoryEngine(request);
      let steps = 0;
      const step: typeof real.step = async (batch, stepOptions) => {
        const result = await real.step(batch, stepOptions);
        return ++steps === 10 ? { ...result, loss: NaN } : result;
      };
      return new Proxy(real, {
        get: (target, name) => {
          if (name === 'step') return step;
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    };
    await expect(trainIn('run', { engine })).rejects.toMatchObject({
      code: 'diverged',
      message: expect.stringMatching(/^step 10, learning rate 0\.0\d+: the loss is NaN/),
    });
    const latest = await readCheckpoint((await latestCheckpoint(runIn('run')))!);
    expect(latest.state.step).toBe(7);
  });

  it('reports a full disk and goes on from the checkpoint before', async () => {
    let writes = 0;
    const full: WriteFile = async (path, bytes) => {
      if (++writes > 9) throw new Error('ENOSPC: no space left on device');
      await writeFileDurably(path, bytes);
    };
    await expect(trainIn('parts', { writeFile: full })).rejects.toMatchObject({
      code: 'write-failed',
    });
    await trainIn('parts', { resume: true });
    expect(await remains('parts')).toEqual(await wholeRun());
  });
});
