// An engine under the calls of many: everybody gets what he would get alone, whatever happens to the processes meanwhile.
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  checkGolden,
  compose,
  type Composition,
  createRandom,
  type GenerateOptions,
  type Golden,
  type Tokenizer,
} from '@ostinato/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../load-model.js';
import type { EngineModel } from './engine-model.js';
import { loadEngine } from './load-engine.js';

const MODEL = fileURLToPath(new URL('../../../../models/musicnet', import.meta.url));

let model: EngineModel;
let tokenizer: Tokenizer;
let golden: Golden;
beforeAll(async () => {
  ({ model, tokenizer, golden } = await loadEngine(MODEL, { processes: 2, slots: 16 }));
});
afterAll(() => model.dispose());

/** Twenty people who want different things. */
const wishes: GenerateOptions[] = Array.from({ length: 20 }, (_, seed) => {
  const at = (place: number): number => createRandom(seed).uniforms(place, 1)[0];
  return {
    seed,
    maxTokens: 20 + Math.floor(at(0) * 80),
    temperature: 0.7 + at(1) * 0.6,
    topP: at(2) < 0.5 ? 0.95 : 1,
    topK: at(3) < 0.5 ? 20 : 487,
    minP: at(4) < 0.5 ? 0.05 : 0,
    ...(at(5) < 0.4 && { pitchRange: [48, 84] as const, bars: 4 }),
    ...(at(6) < 0.3 && { labels: { composer: 'Bach' } }),
  };
});

let alone: Composition[];
beforeAll(async () => {
  await using reference = await loadModel(MODEL);
  alone = [];
  for (const wish of wishes) alone.push(await compose(reference.model, tokenizer, wish));
});

/** Everybody's piece, begun at random times; `disturb` does its work meanwhile. */
async function composeAll(disturb: () => Promise<void>): Promise<Composition[]> {
  const pieces = wishes.map(async (wish, i) => {
    await setTimeout(createRandom(i).uniforms(7, 1)[0] * 200);
    return compose(model, tokenizer, wish);
  });
  const [all] = await Promise.all([Promise.all(pieces), disturb()]);
  return all;
}

/** Begins a piece that nobody waits for. */
async function leaveEarly(seed: number): Promise<void> {
  const abort = new AbortController();
  const piece = compose(model, tokenizer, { seed, seconds: 80_000, signal: abort.signal });
  await setTimeout(createRandom(seed).uniforms(8, 1)[0] * 200);
  abort.abort(new Error('enough'));
  await expect(piece).rejects.toThrow('enough');
}

async function isIdle(): Promise<boolean> {
  for (let i = 0; i < 100; i++) {
    const { running, waiting } = model.status();
    if (running === 0 && waiting === 0) return true;
    await setTimeout(20);
  }
  return false;
}

describe('an engine', () => {
  it('gives the golden tokens', async () => {
    await checkGolden(model, golden);
  });

  it('composes for many what each would get alone, while others leave early', async () => {
    const leaving = async (): Promise<void> => {
      await Promise.all(Array.from({ length: 8 }, (_, i) => leaveEarly(100 + i)));
    };
    expect(await composeAll(leaving)).toEqual(alone);
    expect(await isIdle()).toBe(true);
    expect(model.status()).toMatchObject({ ready: true, slots: 32, restarts: 0 });
  });

  it.each([
    ['is killed', 'SIGKILL'],
    ['stops answering', 'SIGSTOP'],
  ] as const)('composes the same when a process %s', async (_, signal) => {
    const [broken, other] = model.processIds;
    const { restarts } = model.status();
    const breaking = async (): Promise<void> => {
      await setTimeout(100);
      process.kill(broken, signal);
    };
    expect(await composeAll(breaking)).toEqual(alone);
    expect(await isIdle()).toBe(true);
    while (model.processIds.length < 2) await setTimeout(20);
    expect(model.status()).toMatchObject({ ready: true, restarts: restarts + 1 });
    expect(model.processIds).toContain(other);
    expect(model.processIds).not.toContain(broken);
  });
});
