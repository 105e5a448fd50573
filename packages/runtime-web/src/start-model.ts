// From a model's parts to a running model.
import { type Grammar, verifyFile } from '@ostinato/core';
import { DEVICE_FILES, type FileLocations, locateFile } from './runtime-files.js';
import { chooseThreads, type RuntimeOptions } from './runtime-options.js';
import { StepOnDemand } from './step-on-demand.js';
import { WebModel } from './web-model.js';
import { EngineClient } from './worker/client.js';
import type { ComputeDevice } from './worker/messages.js';

/** A trusted ONNX file, or what fetches and checks it when it is needed; the bytes of a fetched one are given away. */
export type GraphSource = Uint8Array | ((signal: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>);

/** What a model is made of. */
export interface ModelParts {
  /** With the inputs and outputs that docs/artifact.md lists. On wasm `decode` runs `chunk` where there is
   *  one, and `step` is only fetched for `consume` and `score`; on webgpu `step` does everything. */
  readonly graphs: { readonly step: GraphSource; readonly chunk?: GraphSource };
  readonly grammar: Grammar;
  /** S, the numbers of state of one sequence. */
  readonly stateSize: number;
}

/** Starts a worker that runs the model.
 *  @throws {DeviceError} if the device is not there or refuses the model
 *  @throws {ArtifactError} if ONNX Runtime's file is not the one that this package was built for
 *  @throws {ModelClosedError} `worker-failed` if the worker's file cannot be loaded
 *  @throws {RangeError} if an option is outside its range; the signal's reason if it is aborted */
export async function startModel(
  parts: ModelParts,
  options: RuntimeOptions = {},
): Promise<WebModel> {
  const { device = 'wasm', worker = true, files, signal = new AbortController().signal } = options;
  const threads = chooseThreads(options);
  signal.throwIfAborted();
  const client = await EngineClient.open(locateFile(DEVICE_FILES[device].worker, files), worker);
  const abort = (): void => void client.close();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const kind = parts.graphs.chunk && device === 'wasm' ? 'chunk' : 'step';
    const source = parts.graphs[kind]!;
    const [wasm, graph] = await Promise.all([
      fetchRuntime(device, files, signal),
      typeof source === 'function' ? source(signal) : source,
    ]);
    const given = typeof source === 'function' ? [graph.buffer as ArrayBuffer] : [];
    const request = { threads, wasm, graphs: { [kind]: graph }, grammar: parts.grammar };
    await client.call('start', request, [wasm.buffer, ...given]);
    const port = kind === 'step' ? client : new StepOnDemand(client, parts.graphs.step);
    return new WebModel(port, parts.grammar, parts.stateSize, { device, threads });
  } catch (error) {
    await client.close();
    signal.throwIfAborted(); // what failed then failed because of it
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function fetchRuntime(
  device: ComputeDevice,
  files: FileLocations | undefined,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const entry = DEVICE_FILES[device].wasm;
  const response = await fetch(locateFile(entry.file, files), { signal });
  const content = new Uint8Array(await response.arrayBuffer());
  if (!(await hasHash(content, entry.sha256))) verifyFile(entry, content);
  return content;
}

/** Off this thread, where the browser can: hashing megabytes in JavaScript would hold up the page.
 *  @returns false also where it cannot */
async function hasHash(content: Uint8Array<ArrayBuffer>, expected: string): Promise<boolean> {
  if (!globalThis.crypto?.subtle) return false; // the page is not secure
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('') === expected;
}
