import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { startRuntime } from './start-runtime.js';

it('refuses bytes that this package was not built for', async () => {
  const file = new URL('../../dist/ort-wasm-simd-threaded.wasm', import.meta.url);
  const spoiled = await readFile(file);
  spoiled[spoiled.length >> 1] ^= 1;
  await expect(startRuntime(spoiled)).rejects.toMatchObject({
    code: 'wrong-hash',
    message: expect.stringMatching(/^ort-wasm-simd-threaded.wasm: expected SHA-256/) as string,
  });
});

// The last one here: what could not start once does not start in this thread again.
it('says when a module is something else, and leaves WebAssembly as it was', async () => {
  const { instantiate } = WebAssembly;
  // Imports x.y, which nobody has.
  const strange = [
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 2, 7, 1, 1, 0x78, 1, 0x79, 0, 0,
  ];
  const module = new WebAssembly.Module(Uint8Array.from(strange));
  await expect(startRuntime(module)).rejects.toMatchObject({
    code: 'device-failed',
    message: expect.stringMatching(/^ort-wasm-simd-threaded.wasm: cannot be started/) as string,
  });
  expect(WebAssembly.instantiate).toBe(instantiate);
});
