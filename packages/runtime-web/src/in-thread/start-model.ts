// From a model's parts to a model that runs in this thread.
import type { Grammar, NextTokenModel } from '@ostinato/core';
import { RemoteModel } from '@ostinato/runtime';
import { createBackend } from '../worker/onnx-backend.js';
import { type RuntimeWasm, startRuntime } from './start-runtime.js';
import { ThreadPort } from './thread-port.js';

/** What a model is made of. */
export interface ModelParts {
  /** Trusted ONNX files with the inputs and outputs that docs/artifact.md lists. Where there is `chunk`, `decode` runs it,
   *  and `step` may be what brings it when somebody asks for logits. */
  readonly graphs: {
    readonly step: Uint8Array | (() => Promise<Uint8Array>);
    readonly chunk?: Uint8Array;
  };
  readonly grammar: Grammar;
  /** S, the numbers of state of one sequence. */
  readonly stateSize: number;
}

/** Starts a model in this thread, which stands still during each call.
 *  @throws {ArtifactError} if `wasm` are not the bytes that this package was built for
 *  @throws {DeviceError} if ONNX Runtime does not start or refuses the model */
export async function startModel(
  { graphs: { step, chunk }, grammar, stateSize }: ModelParts,
  { wasm }: { readonly wasm: RuntimeWasm },
): Promise<NextTokenModel> {
  const backend = createBackend(await startRuntime(wasm), 'wasm');
  const isLater = chunk !== undefined && typeof step === 'function';
  const graphs = {
    ...(chunk && { chunk }),
    ...(!isLater && { step: typeof step === 'function' ? await step() : step }),
  };
  const port = await ThreadPort.open({ graphs, grammar, backend }, isLater ? step : undefined);
  return new RemoteModel(port, grammar, stateSize);
}
