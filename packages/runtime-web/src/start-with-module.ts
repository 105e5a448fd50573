// ONNX Runtime Web from a compiled module. It takes bytes or an address and gives them to `WebAssembly.instantiate`, although
// what Emscripten made of it could take a module.
import type { Ort } from './worker/onnx-backend.js';

/** Stands for the bytes of the module; nobody else can mean to instantiate it. */
const MARKER = new TextEncoder().encode('ostinato');

/** Does work that starts ONNX Runtime, with `WebAssembly.instantiate` another function meanwhile, for the marker alone.
 *  @returns why there is no instance afterwards; undefined if there is one */
export async function startWithModule(
  ort: Pick<Ort, 'env'>,
  module: WebAssembly.Module,
  work: () => Promise<void>,
): Promise<Error | undefined> {
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
  ort.env.wasm.wasmBinary = MARKER;
  WebAssembly.instantiate = replaced as typeof WebAssembly.instantiate;
  try {
    await work();
  } finally {
    WebAssembly.instantiate = original;
  }
  return failure;
}

function isMarker(source: unknown): boolean {
  if (!(source instanceof Uint8Array) || source.length !== MARKER.length) return false;
  return source.every((byte, place) => byte === MARKER[place]);
}
