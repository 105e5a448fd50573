// The processes behind an engine: what callers see when they die, hang or cannot be started. What they compute is in the
// tests of @ostinato/node.
import { setTimeout } from 'node:timers/promises';
import type { DecodeRequest, NextTokenModel } from '@ostinato/core';
import { type EngineModel, startEngine, startModel } from '@ostinato/node';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { tinyModel } from './testing/tiny-model.js';

const parts = tinyModel();

function request(model: NextTokenModel, tokens: number): DecodeRequest {
  return {
    state: model.createState(1),
    previousTokens: Int32Array.of(0),
    uniforms: Float32Array.from({ length: tokens }, (_, i) => (i * 0.618) % 1),
    temperature: 1,
    topK: model.vocabularySize,
    topP: 1,
    minP: 0,
  };
}

/** Waits until the engine's one process is another one, and gives its id. */
async function nextProcess(model: EngineModel, before: number | undefined): Promise<number> {
  for (;;) {
    const [id] = model.processIds;
    if (id !== undefined && id !== before) return id;
    await setTimeout(10);
  }
}

describe('an engine', () => {
  it('computes a call anew when its process dies, and fails it by name when the next one does too', async () => {
    await using model = await startEngine(parts, { processes: 1, threads: 1 });
    const first = await nextProcess(model, undefined);
    const long = Promise.allSettled([model.decode(request(model, 5e5))]);
    process.kill(first, 'SIGKILL');
    const second = await nextProcess(model, first);
    expect(model.status()).toMatchObject({ ready: true, running: 1, restarts: 1 });
    process.kill(second, 'SIGKILL');
    expect(await long).toMatchObject([{ status: 'rejected', reason: { code: 'process-died' } }]);

    const again = model.decode(request(model, 100));
    await using reference = await startModel(parts, { threads: 1 });
    expect(await again).toEqual(await reference.decode(request(reference, 100)));
    expect(model.status()).toMatchObject({ running: 0, waiting: 0, restarts: 2, tokens: 100 });
  });

  it('says that it is not ready while no process starts, and goes on when one does', async () => {
    const options = { processes: 1, threads: 1, patienceMilliseconds: 200 };
    await using model = await startEngine(parts, options);
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('NODE_OPTIONS', '--require ./there-is-none.cjs'); // no Node starts with it
    process.kill(model.processIds[0], 'SIGKILL');
    let message = '';
    while (!/the last one failed: .*exit code 1/.test(message)) {
      const error: unknown = await model.decode(request(model, 1e5)).catch((reason) => reason);
      expect(error).toMatchObject({ code: 'not-ready' });
      ({ message } = error as Error);
    }
    expect(model.status()).toMatchObject({ ready: false, running: 0, waiting: 0 });
    const reason = new Error('enough');
    const abort = new AbortController();
    const waiting = model.decode({ ...request(model, 1), signal: abort.signal });
    expect(model.status().waiting).toBe(1);
    abort.abort(reason);
    await expect(waiting).rejects.toBe(reason);

    vi.unstubAllEnvs();
    await nextProcess(model, undefined);
    expect((await model.decode(request(model, 3))).tokens).toHaveLength(3);
  });

  it('rejects what waits when it is disposed of, and leaves no process', async () => {
    const model = await startEngine(parts, { processes: 2, threads: 1 });
    const ids = model.processIds;
    const calls = Promise.allSettled([1, 2, 3].map(() => model.decode(request(model, 5e5))));
    await model.dispose();
    for (const result of await calls) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'model-disposed' } });
    }
    for (const id of ids) expect(() => process.kill(id, 0)).toThrow('ESRCH');
    expect(model.status().ready).toBe(false);
  });

  it('names a graph that ONNX Runtime cannot read, and an option outside its range', async () => {
    const graphs = { step: Uint8Array.of(1, 2, 3) };
    await expect(startEngine({ ...parts, graphs })).rejects.toMatchObject({
      code: 'device-failed',
    });
    await expect(startEngine(parts, { slots: 0 })).rejects.toThrow(RangeError);
    await expect(startEngine(parts, { processes: 1.5 })).rejects.toThrow(RangeError);
  });
});

it('gives what each caller would get alone without a chunk graph too', async () => {
  const graphs = { step: parts.graphs.step };
  const options = { processes: 1, threads: 1, slots: 4 };
  await using model = await startEngine({ ...parts, graphs }, options);
  await using reference = await startModel({ ...parts, graphs }, { threads: 1 });
  const wishes = Array.from({ length: 9 }, (_, i): Partial<DecodeRequest> => ({
    previousTokens: Int32Array.of(i),
    temperature: 1 + (i % 3) / 2,
    topP: i % 2 === 0 ? 0.9 : 1,
    bias: new Float32Array(model.vocabularySize).fill(i < 5 ? 0 : 0.5, 10),
  }));
  const alone = [];
  for (const wish of wishes) alone.push(await reference.decode({ ...request(model, 40), ...wish }));
  const together = wishes.map((wish) => model.decode({ ...request(model, 40), ...wish }));
  expect(await Promise.all(together)).toEqual(alone);
});
