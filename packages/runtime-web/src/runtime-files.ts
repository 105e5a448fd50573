// The files that a model is run by, and where they are. They are made by scripts/build.mjs, hold all they need, and are
// never bundled: a bundler copies them as they are, and a page without one serves them beside `ostinato.js`.
import type { FileEntry } from '@ostinato/core';
import type { ComputeDevice } from './worker/messages.js';

export type RuntimeFile =
  | 'wasm-worker.js'
  | 'webgpu-worker.js'
  | 'ort-wasm-simd-threaded.wasm'
  | 'ort-wasm-simd-threaded.jspi.wasm';

/** Where those files are: the address of a folder, or the address of each file. */
export type FileLocations = string | URL | { readonly [File in RuntimeFile]?: string | URL };

interface DeviceFiles {
  readonly worker: RuntimeFile;
  /** ONNX Runtime itself, as it is in the package of onnxruntime-web that the workers are built from. */
  readonly wasm: FileEntry & { readonly file: RuntimeFile };
}

export const DEVICE_FILES: Readonly<Record<ComputeDevice, DeviceFiles>> = {
  wasm: {
    worker: 'wasm-worker.js',
    wasm: {
      file: 'ort-wasm-simd-threaded.wasm',
      bytes: 14_239_897,
      sha256: '3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2',
    },
  },
  webgpu: {
    worker: 'webgpu-worker.js',
    wasm: {
      file: 'ort-wasm-simd-threaded.jspi.wasm',
      bytes: 16_758_545,
      sha256: 'a54c76f86b0f0d9572380cf1c6292a7b3903716ffcbcd6b0e5c7050bf430eb93',
    },
  },
};

/** Beside this module. Written out, because that is how bundlers find what to copy. */
const DEFAULT_LOCATIONS: Readonly<Record<RuntimeFile, () => URL>> = {
  'wasm-worker.js': () => new URL('./wasm-worker.js', import.meta.url),
  'webgpu-worker.js': () => new URL('./webgpu-worker.js', import.meta.url),
  'ort-wasm-simd-threaded.wasm': () => new URL('./ort-wasm-simd-threaded.wasm', import.meta.url),
  'ort-wasm-simd-threaded.jspi.wasm': () =>
    new URL('./ort-wasm-simd-threaded.jspi.wasm', import.meta.url),
};

/** What relative addresses are relative to: the page, or the worker that imports this package. */
export function baseAddress(): string {
  return globalThis.document?.baseURI ?? globalThis.location.href;
}

/** The address of a file. Relative addresses are relative to the page. */
export function locateFile(file: RuntimeFile, locations: FileLocations = {}): URL {
  if (typeof locations === 'string' || locations instanceof URL) {
    const folder = new URL(locations, baseAddress());
    if (!folder.pathname.endsWith('/')) folder.pathname += '/';
    return new URL(file, folder);
  }
  // A bundler may have made the default one a URL in name only, with a path as its `href` (Turbopack does).
  return new URL(locations[file] ?? DEFAULT_LOCATIONS[file]().href, baseAddress());
}
