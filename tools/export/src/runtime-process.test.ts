// The process behind a model: how it ends, and what callers see of it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DecodeRequest } from '@ostinato/core';
import { DeviceError, ModelClosedError, type NodeModel, startModel } from '@ostinato/node';
import { describe, expect, it } from 'vitest';
import { tinyModel } from './testing/tiny-model.js';

const parts = tinyModel();

function longRequest(model: NodeModel): DecodeRequest {
  return {
    state: model.createState(1),
    previousTokens: Int32Array.of(0),
    uniforms: new Float32Array(5e5).fill(0.5),
    temperature: 1,
    topK: model.vocabularySize,
    topP: 1,
    minP: 0,
  };
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

async function waitUntilGone(processId: number): Promise<boolean> {
  for (let i = 0; i < 200 && isRunning(processId); i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return !isRunning(processId);
}

describe('a model whose process dies', () => {
  it('rejects the waiting calls and later ones with a typed error', async () => {
    const model = await startModel(parts, { threads: 1 });
    const calls = [model.decode(longRequest(model)), model.score(Int32Array.of(0, 1), 1)];
    const settled = Promise.allSettled(calls);
    process.kill(model.processId!, 'SIGKILL');
    for (const result of await settled) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'process-died' } });
    }
    await expect(model.consume(Int32Array.of(0), model.createState(1))).rejects.toThrow(
      ModelClosedError,
    );
    await model.dispose();
  });
});

describe('dispose', () => {
  it('ends a run at once and leaves no process', async () => {
    const model = await startModel(parts, { threads: 1 });
    const settled = Promise.allSettled([model.decode(longRequest(model))]);
    await model.dispose();
    expect(await settled).toMatchObject([
      { status: 'rejected', reason: { code: 'model-disposed' } },
    ]);
    expect(isRunning(model.processId!)).toBe(false);
  });
});

describe('errors', () => {
  it('refuses a device that is not there, and never takes another', async () => {
    // No CUDA libraries come with the package; with them and a GPU this machine may start the model.
    const started = startModel(parts, { device: 'cuda' });
    const outcome = await started.then(
      (model) => model.dispose(),
      (error: Error) => error,
    );
    if (outcome) {
      expect(outcome).toBeInstanceOf(DeviceError);
      expect(outcome.message).toMatch(/^device cuda: .*install/s);
    }
  });

  it('names a graph that ONNX Runtime cannot read', async () => {
    const graphs = { ...parts.graphs, chunk: Uint8Array.of(1, 2, 3) };
    await expect(startModel({ ...parts, graphs })).rejects.toMatchObject({ code: 'device-failed' });
  });

  it('refuses threads outside of their range', async () => {
    await expect(startModel(parts, { threads: 0 })).rejects.toThrow(RangeError);
    await expect(startModel(parts, { threads: 1.5 })).rejects.toThrow(RangeError);
  });

  it('says so when mask and bias leave no token, and the model goes on', async () => {
    await using model = await startModel(parts, { threads: 1 });
    const request = { ...longRequest(model), uniforms: Float32Array.of(0.5, 0.5) };
    const bias = new Float32Array(model.vocabularySize).fill(-Infinity);
    await expect(model.decode({ ...request, bias })).rejects.toMatchObject({
      code: 'no-allowed-token',
    });
    expect((await model.decode(request)).tokens).toHaveLength(2);
  });
});

describe('a program with a model', () => {
  const program = `
    import { readFile } from 'node:fs/promises';
    import { startModel } from ${JSON.stringify(import.meta.resolve('@ostinato/node').replace('/src/index.ts', '/dist/index.js'))};
    const folder = process.argv[2];
    const { stateSize, grammar } = JSON.parse(await readFile(folder + '/parts.json', 'utf8'));
    for (const key of ['stateAfter', 'allowed']) grammar[key] = Uint8Array.from(grammar[key]);
    const step = await readFile(folder + '/step.onnx');
    const model = await startModel({ graphs: { step }, grammar, stateSize }, { threads: 1 });
    console.log(model.processId);
    if (process.argv[3] === 'wait') setInterval(() => {}, 1000);
  `;

  async function writeProgram(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'ostinato-process-'));
    const { stateSize, grammar, graphs } = parts;
    const tables = { states: grammar.states, stateAfter: [...grammar.stateAfter] };
    const stored = { stateSize, grammar: { ...tables, allowed: [...grammar.allowed] } };
    await writeFile(join(folder, 'parts.json'), JSON.stringify(stored));
    await writeFile(join(folder, 'step.onnx'), graphs.step);
    await writeFile(join(folder, 'program.mjs'), program);
    return folder;
  }

  it('ends by itself when it forgets the model, and its process with it', async () => {
    const folder = await writeProgram();
    const child = spawn(process.execPath, [join(folder, 'program.mjs'), folder]);
    const output = child.stdout.toArray();
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    const processId = Number(Buffer.concat(await output).toString());
    expect(processId).toBeGreaterThan(0);
    expect(await waitUntilGone(processId)).toBe(true);
    await rm(folder, { recursive: true });
  });

  it('takes the process of the model with it when it is killed', async () => {
    const folder = await writeProgram();
    const child = spawn(process.execPath, [join(folder, 'program.mjs'), folder, 'wait']);
    const [text] = (await once(child.stdout, 'data')) as [Buffer];
    child.kill('SIGKILL');
    expect(await waitUntilGone(Number(text.toString()))).toBe(true);
    await rm(folder, { recursive: true });
  });
});
