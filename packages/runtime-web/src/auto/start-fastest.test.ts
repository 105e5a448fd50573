import { createFakeGrammar, createFakeModel } from '@ostinato/core/testing';
import { DeviceError } from '@ostinato/runtime';
import { describe, expect, it } from 'vitest';
import type { ComputeDevice } from '../worker/messages.js';
import { createChoiceMemory } from './choice-memory.js';
import { startFastest } from './start-fastest.js';

type Speeds = Record<ComputeDevice, number>;

/** A trial on fake models that take so many milliseconds a token; says what was started and disposed of. */
function fakeTrial(speeds: Speeds, stored = new Map<string, string>()) {
  const events: string[] = [];
  let clock = 0;
  const trial = {
    adapter: 'acme gpu' as string | undefined,
    memory: createChoiceMemory('a1b2', () => ({
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, value) => stored.set(key, value),
    })),
    now: () => clock,
    start: async (device: ComputeDevice) => {
      events.push(`start ${device}`);
      if (speeds[device] === Infinity) throw new DeviceError('device-failed', device);
      const model = createFakeModel(createFakeGrammar());
      return {
        ...model,
        device,
        decode: (request: Parameters<typeof model.decode>[0]) => {
          clock += speeds[device] * request.uniforms.length;
          return model.decode(request);
        },
        dispose: async () => {
          events.push(`dispose ${device}`);
        },
      };
    },
  };
  return { trial, events, stored };
}

describe('startFastest', () => {
  it.each<[ComputeDevice, Speeds]>([
    ['webgpu', { wasm: 2, webgpu: 1 }],
    ['wasm', { wasm: 1, webgpu: 2 }],
  ])(
    'takes %s where it is faster, disposes of the other, and remembers',
    async (fastest, speeds) => {
      const { trial, events, stored } = fakeTrial(speeds);
      expect((await startFastest(trial)).device).toBe(fastest);
      const other = fastest === 'wasm' ? 'webgpu' : 'wasm';
      expect(events).toEqual(['start wasm', 'start webgpu', `dispose ${other}`]);

      const again = fakeTrial(speeds, stored);
      expect((await startFastest(again.trial)).device).toBe(fastest);
      expect(again.events).toEqual([`start ${fastest}`]);
    },
  );

  it('takes wasm without a trial where there is no adapter', async () => {
    const { trial, events } = fakeTrial({ wasm: 2, webgpu: 1 });
    expect((await startFastest({ ...trial, adapter: undefined })).device).toBe('wasm');
    expect(events).toEqual(['start wasm']);
  });

  it('takes wasm where WebGPU refuses the model, also when it was remembered', async () => {
    const { trial, stored } = fakeTrial({ wasm: 2, webgpu: Infinity });
    expect((await startFastest(trial)).device).toBe('wasm');
    stored.forEach((_, key) => stored.set(key, 'webgpu'));
    expect((await startFastest(trial)).device).toBe('wasm');
  });

  it('measures each time where nothing can be stored', async () => {
    const { trial, events } = fakeTrial({ wasm: 2, webgpu: 1 });
    const memory = createChoiceMemory('a1b2', () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    });
    expect((await startFastest({ ...trial, memory })).device).toBe('webgpu');
    expect(events).toContain('start wasm');
  });
});
