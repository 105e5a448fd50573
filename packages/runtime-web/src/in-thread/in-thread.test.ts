// The bundled model in this thread, with ONNX Runtime as a module that is compiled already, as on Cloudflare Workers.
import { readFile } from 'node:fs/promises';
import { checkGolden, compose, generate, sealManifest } from '@ostinato/core';
import { beforeAll, expect, it } from 'vitest';
import { type LoadedModel, loadModel } from './index.js';

const folder = new URL('../../../../models/musicnet/', import.meta.url);
const read = (file: string): Promise<Uint8Array> => readFile(new URL(file, folder));

let wasm: WebAssembly.Module;
const filesRead: string[] = [];
let loaded: LoadedModel;
beforeAll(async () => {
  const file = new URL('../../dist/ort-wasm-simd-threaded.wasm', import.meta.url);
  wasm = await WebAssembly.compile(await readFile(file));
  const source = (file: string): Promise<Uint8Array> => {
    filesRead.push(file);
    return read(file);
  };
  loaded = await loadModel(source, { wasm });
});

it('reads one graph to compose, and lets others have the thread between two blocks', async () => {
  const { model, tokenizer } = loaded;
  let tasks = 0;
  const timer = setInterval(() => tasks++, 0);
  const blockSize = 16;
  const { tokens } = await compose(model, tokenizer, { seed: 7, maxTokens: 160, blockSize });
  clearInterval(timer);
  expect(tokens.length).toBeGreaterThan(160);
  expect(tasks).toBeGreaterThanOrEqual(160 / blockSize);
  expect(filesRead).toEqual(['manifest.json', 'tokenizer.json', 'golden.json', 'chunk.onnx']);
});

it('lets others have the thread while it scores a long piece', async () => {
  const { tokens } = await compose(loaded.model, loaded.tokenizer, { seed: 7, maxTokens: 160 });
  let tasks = 0;
  const timer = setInterval(() => tasks++, 0);
  const scores = await loaded.model.score(Int32Array.from(tokens), 1);
  clearInterval(timer);
  expect(scores.every((score) => score <= 0)).toBe(true);
  expect(tasks).toBeGreaterThanOrEqual(tokens.length / 16);
});

it('computes golden.json, its logits by the other graph', async () => {
  await checkGolden(loaded.model, loaded.golden);
  expect(filesRead).toContain('step.onnx');
});

it('stops between two blocks when a composition is aborted', async () => {
  const controller = new AbortController();
  const options = { seed: 1, signal: controller.signal };
  const notes = generate(loaded.model, loaded.tokenizer, options);
  await notes.next();
  controller.abort(new Error('enough'));
  await expect(compose(loaded.model, loaded.tokenizer, options)).rejects.toThrow('enough');
});

it('refuses files that do not fit together, by name, and a model that has changed since', async () => {
  const spoil = async (file: string): Promise<Uint8Array> => {
    const content = await read(file);
    if (file === 'chunk.onnx') content[content.length >> 1] ^= 1;
    return content;
  };
  await expect(loadModel(spoil, { wasm })).rejects.toMatchObject({
    code: 'wrong-hash',
    message: expect.stringMatching(/^chunk.onnx: /) as string,
  });

  let content = await read('manifest.json');
  const changing = (file: string): Promise<Uint8Array> =>
    file === 'manifest.json' ? Promise.resolve(content) : read(file);
  await using other = await loadModel(changing, { wasm });
  const { sha256: _, ...facts } = other.manifest;
  const { text } = sealManifest({ ...facts, description: 'another one' });
  content = new TextEncoder().encode(text);
  await expect(other.model.score(Int32Array.of(0, 1), 1)).rejects.toMatchObject({
    code: 'wrong-hash',
  });
});

it('is started with what its signal allows', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(loadModel(read, { wasm, signal })).rejects.toThrow('enough');
});
