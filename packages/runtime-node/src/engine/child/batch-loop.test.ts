// Who runs when, with a runner that only counts and a clock that it moves.
import type { DecodeCall } from '@ostinato/runtime';
import { describe, expect, it } from 'vitest';
import { BatchLoop } from './batch-loop.js';
import type { Runner } from './runner.js';
import { DecodeWork, type Sequence } from './sequence.js';

interface CallOptions {
  /** How many of its tokens are given. */
  readonly forced?: number;
  readonly temperature?: number;
  readonly neededIn?: number;
}

/** One sequence of so many tokens. */
function decodeCall(
  length: number,
  { forced = 0, temperature = 1, neededIn = 0 }: CallOptions = {},
): DecodeCall {
  return {
    batch: 1,
    state: new Float32Array(1),
    previousTokens: Int32Array.of(0),
    uniforms: new Float32Array(length),
    forcedTokens: new Int32Array(length).fill(-1).fill(7, 0, forced),
    counts: Int32Array.of(length),
    bias: new Float32Array(2),
    temperature,
    topK: 2,
    topP: 1,
    minP: 0,
    neededInMilliseconds: neededIn,
  };
}

interface Run {
  readonly works: readonly DecodeWork[];
  readonly steps: number;
  readonly milliseconds: number;
}

/** A loop whose runs take equally long for each step, and what they were.
 *  @param each called after every run */
function countingLoop(
  slots: number,
  each = (_run: Run): void => {},
  runner?: Partial<Runner>,
  stepMilliseconds = 1,
) {
  const runs: Run[] = [];
  let clock = 0;
  const counting: Runner = {
    canShare: () => true,
    run: async (sequences: readonly Sequence[], steps: number) => {
      const milliseconds = steps * stepMilliseconds;
      clock += milliseconds;
      const run = { works: sequences.map(({ work }) => work), steps, milliseconds };
      runs.push(run);
      const tokens = new Int32Array(sequences.length * steps).fill(runs.length);
      const states = new Float32Array(sequences.length).fill(runs.length);
      sequences.forEach((sequence, row) => sequence.advance(row, steps, tokens, states));
      each(run);
    },
    ...runner,
  };
  const loop = new BatchLoop(counting, slots, () => clock);
  const start = (call: DecodeCall): DecodeWork => {
    const work = new DecodeWork(call, clock);
    loop.add(work);
    return work;
  };
  return { loop, runs, start };
}

describe('a batch', () => {
  it('is joined and left between turns, and those who came first have the slots', async () => {
    const { loop, runs, start } = countingLoop(2);
    const works = [40, 12, 30, 1].map((length) => start(decodeCall(length)));
    const order: DecodeWork[] = [];
    await Promise.all(works.map((work) => work.result.then(() => order.push(work))));
    const [a, b, c, d] = works;
    expect(runs[0].works).toEqual([a, b]);
    const withC = runs.findIndex((run) => run.works.includes(c));
    expect(runs.slice(0, withC).filter((run) => !run.works.includes(b))).toHaveLength(1);
    expect(runs[withC].works).toEqual([a, c]);
    expect(order).toEqual([b, a, d, c]);
    expect(loop.size).toBe(0);
  });

  it('belongs to those who are needed first, also when they come later', async () => {
    const { runs, start } = countingLoop(2);
    const [late, soon, now] = [1000, 50, 0].map((neededIn) => start(decodeCall(33, { neededIn })));
    const order: DecodeWork[] = [];
    await Promise.all([late, soon, now].map((work) => work.result.then(() => order.push(work))));
    expect(runs[0].works).toEqual([now, soon]);
    expect(order).toEqual([now, soon, late]);
  });

  it.each([
    { stepMilliseconds: 0.4, turn: 8 },
    { stepMilliseconds: 1, turn: 4 },
    { stepMilliseconds: 8, turn: 4 },
    { stepMilliseconds: 15, turn: 2 },
    { stepMilliseconds: 100, turn: 1 },
  ])(
    'moves by $turn steps at a time where one takes $stepMilliseconds ms',
    async ({ stepMilliseconds, turn }) => {
      const { runs, start } = countingLoop(4, undefined, undefined, stepMilliseconds);
      const { tokens } = await start(decodeCall(1 + 4 * turn)).result;
      expect(runs.map(({ steps }) => steps)).toEqual([1, turn, turn, turn, turn]);
      expect(tokens).toEqual(
        Int32Array.from({ length: 1 + 4 * turn }, (_, i) => 1 + Math.ceil(i / turn)),
      );
    },
  );

  it('keeps its runs long however its sequences come', async () => {
    const { runs, start } = countingLoop(8);
    // 40 callers, one block after the other; between two of them another number of single tokens.
    const call = async (caller: number): Promise<void> => {
      for (let block = 0; block < 6; block++) {
        for (let i = 0; i < (caller * block) % 3; i++) await start(decodeCall(1)).result;
        await start(decodeCall(64)).result;
      }
    };
    await Promise.all(Array.from({ length: 40 }, (_, caller) => call(caller)));
    const steps = runs.reduce((sum, run) => sum + run.steps, 0);
    const rows = runs.reduce((sum, run) => sum + run.steps * run.works.length, 0);
    expect(steps / runs.length).toBeGreaterThan(2.5);
    expect(rows / steps).toBeGreaterThan(0.85 * 8);
  });

  it('is left before the next run by a call that was cancelled', async () => {
    const stopAll = (): void => stopped.fail(new Error('enough'));
    const { loop, runs, start } = countingLoop(4, stopAll);
    const other = start(decodeCall(20));
    const stopped = start(decodeCall(1000));
    await expect(stopped.result).rejects.toThrow('enough');
    await other.result;
    expect(runs[0].works).toContain(stopped);
    expect(runs.slice(1).some(({ works }) => works.includes(stopped))).toBe(false);
    expect(loop.size).toBe(0);
  });

  it('goes on for others when a run fails', async () => {
    let isBroken = true;
    const { loop, start } = countingLoop(1, () => {
      if (isBroken) throw new Error('no');
    });
    const broken = start(decodeCall(5));
    await expect(broken.result).rejects.toThrow('no');
    isBroken = false;
    await start(decodeCall(5)).result;
    expect(loop.size).toBe(0);
  });

  it('is shared by those who can, and the groups take turns', async () => {
    const canShare: Runner['canShare'] = (a, b) =>
      a.work.call.temperature === b.work.call.temperature;
    const { runs, start } = countingLoop(4, undefined, { canShare });
    const works = [1, 2, 1].map((temperature) => start(decodeCall(16, { temperature })));
    await Promise.all(works.map(({ result }) => result));
    const [a, b, c] = works;
    const groups = runs.map((run) => run.works);
    expect(groups.slice(0, 4)).toEqual([[a, c], [b], [a, c], [b]]);
  });
});

describe('a prompt', () => {
  it('is consumed in runs of its own beside the others, who keep half of the time', async () => {
    const { runs, start } = countingLoop(4);
    const stream = start(decodeCall(200));
    const prompt = start(decodeCall(100, { forced: 100 }));
    await prompt.result;
    const [shared, extra] = [true, false].map((isShared) =>
      runs.filter(({ works }) => works.includes(stream) === isShared),
    );
    const time = (some: readonly Run[]): number =>
      some.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    expect(shared.every(({ works }) => works.includes(prompt))).toBe(true);
    expect(time(extra)).toBeLessThanOrEqual(time(shared));
    expect(time(extra)).toBeGreaterThan(0.7 * time(shared));
    // The stream moves in at least every third run.
    const gaps = runs.map(({ works }) => (works.includes(stream) ? 's' : 'p')).join('');
    expect(gaps).not.toContain('ppp');
    await stream.result;
  });

  it('has no runs of its own where nobody would be held up', async () => {
    const { runs, start } = countingLoop(4);
    const works = [60, 60].map((length) => start(decodeCall(length, { forced: length })));
    await Promise.all(works.map(({ result }) => result));
    expect(runs.every((run) => run.works.length === 2)).toBe(true);
  });
});

describe('turns', () => {
  it('come one by one, each between two runs', async () => {
    const order: string[] = [];
    const { loop, start } = countingLoop(4, () => order.push('run'));
    const work = start(decodeCall(30));
    await Promise.all([0, 1, 2].map(() => loop.turn().then(() => order.push('turn'))));
    await work.result;
    expect(order.slice(0, 6)).toEqual(['run', 'turn', 'run', 'turn', 'run', 'turn']);
  });

  it('come where nothing is drawn', async () => {
    const { loop } = countingLoop(4);
    await loop.turn();
    await loop.turn();
  });
});
