import { describe, expect, it, vi } from 'vitest';
import type { LoadProgress } from '../../load-meter.js';
import { type ComposerModel, type ModelLoader, ModelPool } from './model-source.js';

function setUp() {
  const dispose = vi.fn<() => Promise<void>>(async () => {});
  const calls: { url: string; options: Parameters<ModelLoader>[1] }[] = [];
  const loads: { resolve: (model: ComposerModel) => void; reject: (error: Error) => void }[] = [];
  const pool = new ModelPool((url, options) => {
    calls.push({ url, options });
    return new Promise((resolve, reject) => loads.push({ resolve, reject }));
  });
  const model = { model: { dispose } } as unknown as ComposerModel;
  return { pool, dispose, calls, loads, model };
}

describe('ModelPool', () => {
  it('loads a model once for all who name it, and frees it with the last of them', async () => {
    const { pool, dispose, calls, loads, model } = setUp();
    const heard: number[] = [];
    const one = pool.lease('a', ({ bytesDone }) => heard.push(bytesDone));
    calls[0].options.onProgress({ file: 'f', bytesDone: 5, bytesTotal: 9 });
    const two = pool.lease('a', ({ bytesDone }) => heard.push(10 * bytesDone));
    expect(calls).toHaveLength(1);
    expect(heard).toEqual([5, 50]);
    loads[0].resolve(model);
    expect(await one.loaded).toBe(await two.loaded);
    one.release();
    one.release();
    await Promise.resolve();
    expect(dispose).not.toHaveBeenCalled();
    two.release();
    await vi.waitFor(() => expect(dispose).toHaveBeenCalledOnce());
  });

  it('stops a download that nobody waits for, and frees what comes all the same', async () => {
    const { pool, dispose, calls, loads, model } = setUp();
    const lease = pool.lease('a', () => {});
    lease.release();
    expect(calls[0].options.signal.aborted).toBe(true);
    loads[0].resolve(model);
    await vi.waitFor(() => expect(dispose).toHaveBeenCalledOnce());
    pool.lease('a', () => {});
    expect(calls).toHaveLength(2);
  });

  it('takes progress from a loader that tells of it at once', () => {
    const pool = new ModelPool((_, { onProgress }) => {
      onProgress({ file: 'f', bytesDone: 1, bytesTotal: 2 });
      return new Promise(() => {});
    });
    const listener = vi.fn<(progress: LoadProgress) => void>();
    pool.lease('a', listener);
    expect(listener).toHaveBeenCalledWith({ file: 'f', bytesDone: 1, bytesTotal: 2 });
  });

  it('tries again after a failure', async () => {
    const { pool, calls, loads } = setUp();
    const lease = pool.lease('a', () => {});
    loads[0].reject(new Error('offline'));
    await expect(lease.loaded).rejects.toThrow('offline');
    pool.lease('a', () => {});
    expect(calls).toHaveLength(2);
  });
});
