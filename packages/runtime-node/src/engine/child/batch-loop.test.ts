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
}

/** One sequence of so many tokens. */
function decodeCall(length: number, { forced = 0, temperature = 1 }: CallOptions = {}): DecodeCall {
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
  };
}

interface Run {
  readonly works: readonly DecodeWork[];
  readonly steps: number;
  readonly milliseconds: number;
}

/** A loop whose runs take 1 ms a step, and what they were.
 *  @param each called after every run */
function countingLoop(slots: number, each = (_run: Run): void => {}, runner?: Partial<Runner>) {
  const runs: Run[] = [];
  let clock = 0;
  const counting: Runner = {
    canShare: () => true,
    run: async (sequences: readonly Sequence[], steps: number) => {
      clock += steps;
      const run = { works: sequences.map(({ work }) => work), steps, milliseconds: steps };
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
    const work = new DecodeWork(call);
    loop.add(work);
    return work;
  };
  return { loop, runs, start };
}

describe('a batch', () => {
  it('is joined and left between runs, and the oldest have the slots', async () => {
    const { loop, runs, start } = countingLoop(2);
    const works = [40, 12, 30, 1].map((length) => start(decodeCall(length)));
    const order: DecodeWork[] = [];
    await Promise.all(works.map((work) => work.result.then(() => order.push(work))));
    const [a, b, c, d] = works;
    expect(runs[0].works).toEqual([a, b]);
    const withC = runs.findIndex((run) => run.works.includes(c));
    expect(runs.slice(0, withC).every((run) => run.works.includes(b))).toBe(true);
    expect(runs[withC].works).toEqual([a, c]);
    expect(order).toEqual([b, a, d, c]);
    expect(loop.size).toBe(0);
  });

  it('runs for about five milliseconds, once it knows how long a step takes', async () => {
    const { runs, start } = countingLoop(4);
    const { tokens } = await start(decodeCall(33)).result;
    expect(runs.map(({ steps }) => steps)).toEqual([1, 5, 5, 5, 5, 5, 5, 2]);
    expect(tokens).toEqual(Int32Array.from({ length: 33 }, (_, i) => 1 + Math.ceil(i / 5)));
  });

  it('is left before the next run by a call that was cancelled', async () => {
    const stopAll = (): void => stopped.fail(new Error('enough'));
    const { loop, runs, start } = countingLoop(4, stopAll);
    const other = start(decodeCall(20));
    const stopped = start(decodeCall(1000));
    await expect(stopped.result).rejects.toThrow('enough');
    await other.result;
    expect(runs.map(({ works }) => works.includes(stopped))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
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
