// ONNX Runtime in the thread that calls, from bytes or from a module that is compiled already.
import { verifyFileWith } from '@ostinato/core';
import { DeviceError } from '@ostinato/runtime';
import * as ort from 'onnxruntime-web/wasm';
import { hashContent } from '../hash-content.js';
import { DEVICE_FILES } from '../runtime-files.js';
import type { Ort } from '../worker/onnx-backend.js';

/** ONNX Runtime's `ort-wasm-simd-threaded.wasm`: its bytes, which are checked, or what an `import` of it gives where only
 *  imported modules may run (Cloudflare Workers); that is for whoever bundles it to get right. */
export type RuntimeWasm = Uint8Array | WebAssembly.Module;

const { wasm: entry } = DEVICE_FILES.wasm;

/** Stands for the bytes of the module; nobody else can mean to instantiate it. */
const MARKER = new TextEncoder().encode('ostinato');

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
  ort.env.wasm.wasmBinary = MARKER;
  ort.env.logLevel = 'error';
  await instantiating(module, async () => {
    // It starts with the first session, and has no other way: so it is asked for one of nothing.
    await ort.InferenceSession.create(new Uint8Array(0), { logSeverityLevel: 4 }).catch(() => {});
  });
  return ort;
}

async function compile(bytes: Uint8Array): Promise<WebAssembly.Module> {
  await verifyFileWith(hashContent, entry, bytes);
  return WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>);
}

/** Does work in which the marker becomes an instance of the module. ONNX Runtime takes bytes or an address and gives them to
 *  `WebAssembly.instantiate`, although what Emscripten made of it could take a module; a Worker of Cloudflare may not
 *  compile bytes at all. So that function is another one meanwhile, for the marker alone.
 *  @throws {DeviceError} `device-failed` if there is no instance afterwards */
async function instantiating(module: WebAssembly.Module, work: () => Promise<void>): Promise<void> {
  let failure: Error | undefined = new Error('ONNX Runtime did not ask for it');
  const original = WebAssembly.instantiate;
  const replaced = async (source: unknown, imports?: WebAssembly.Imports): Promise<unknown> => {
    if (!isMarker(source)) return original(source as WebAssembly.Module, imports);
    try {
      const instance = await original(module, imports);
      failure = undefined;
      return { module, instance };
    } catch (error) {
      failure = error as Error;
      throw error;
    }
  };
  WebAssembly.instantiate = replaced as typeof WebAssembly.instantiate;
  try {
    await work();
  } finally {
    WebAssembly.instantiate = original;
  }
  if (failure) {
    throw new DeviceError(
      'device-failed',
      `${entry.file}: cannot be started (${failure.message}); take the one of @ostinato/web, in a thread that has started no other`,
      { cause: failure },
    );
  }
}

function isMarker(source: unknown): boolean {
  if (!(source instanceof Uint8Array) || source.length !== MARKER.length) return false;
  return source.every((byte, place) => byte === MARKER[place]);
}
