import { describe, expect, it } from 'vitest';
import { checkEngine, chooseEngine, engineOf } from './choose-engine.js';

const nothing = { engine: undefined, device: undefined, threads: undefined };

describe('the engine of an earlier session', () => {
  it.each([
    ['onnx, cpu, 2 threads', { engine: 'onnx', device: 'cpu' }],
    ['onnx, webgpu, 8 sequences at once', { engine: 'onnx', device: 'webgpu' }],
    ['onnx, cuda', { engine: 'onnx', device: 'cuda' }],
    ['tfjs 4.22.0, wasm, 1 thread', { engine: 'tfjs' }],
    ['a machine of clockwork', undefined],
    [undefined, undefined],
  ])('is read from %j', (description, expected) => {
    expect(engineOf(description)).toEqual(expected);
  });

  it('is taken again where nothing else is asked for', async () => {
    const again = await chooseEngine(nothing, 'onnx, cpu, 2 threads');
    expect(again).toMatchObject({
      reason: 'device: cpu, as the session before',
      isEstimated: true,
    });
    const other = await chooseEngine({ ...nothing, engine: 'tfjs' }, 'onnx, cpu, 2 threads');
    expect(other.reason).toContain('tfjs');
  });
});

describe('checkEngine', () => {
  it('knows what no machine can do', () => {
    const tfjs = { ...nothing, engine: 'tfjs' } as const;
    expect(() => checkEngine(tfjs)).not.toThrow();
    expect(() => checkEngine({ ...tfjs, device: 'cuda' })).toThrow(/--device cuda .* onnx engine/);
    expect(() => checkEngine({ ...tfjs, threads: 2 })).toThrow(/--threads .* onnx engine/);
    expect(() => checkEngine({ ...nothing, device: 'webgpu' }, 'tfjs 4.22.0, wasm')).toThrow(
      /onnx engine/,
    );
    expect(() => checkEngine({ ...nothing, device: 'webgpu', threads: 2 })).not.toThrow();
  });
});
