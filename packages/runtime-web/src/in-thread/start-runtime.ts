// ONNX Runtime in the thread that calls, from bytes or from a module that is compiled already.
import { verifyFileWith } from '@ostinato/core';
import { DeviceError } from '@ostinato/runtime';
import * as ort from 'onnxruntime-web/wasm';
import { hashContent } from '../hash-content.js';
import { DEVICE_FILES } from '../runtime-files.js';
import { startWithModule } from '../start-with-module.js';
import { initialize, type Ort } from '../worker/onnx-backend.js';

/** ONNX Runtime's `ort-wasm-simd-threaded.wasm`: its bytes, which are checked, or what an `import` of it gives where only
 *  imported modules may run (Cloudflare Workers); that is for whoever bundles it to get right. */
export type RuntimeWasm = Uint8Array | WebAssembly.Module;

const { wasm: entry } = DEVICE_FILES.wasm;

let started: Promise<Ort> | undefined;

/** Starts ONNX Runtime, once in a thread: whoever comes later gets the same.
 *  @throws {ArtifactError} if the bytes are not those that this package was built for
 *  @throws {DeviceError} `device-failed` if the module does not run */
export function startRuntime(wasm: RuntimeWasm): Promise<Ort> {
  started ??= start(wasm).catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  return started;
}

async function start(wasm: RuntimeWasm): Promise<Ort> {
  const module = wasm instanceof WebAssembly.Module ? wasm : await compile(wasm);
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  // A Worker of Cloudflare may not compile bytes at all.
  const failure = await startWithModule(ort, module, () => initialize(ort, 'wasm'));
  if (!failure) return ort;
  throw new DeviceError(
    'device-failed',
    `${entry.file}: cannot be started (${failure.message}); take the one of @ostinato/web, in a thread that has started no other`,
    { cause: failure },
  );
}

async function compile(bytes: Uint8Array): Promise<WebAssembly.Module> {
  await verifyFileWith(hashContent, entry, bytes);
  return WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>);
}
