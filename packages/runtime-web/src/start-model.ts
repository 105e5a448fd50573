// From a model's parts to a running model.
import type { Grammar } from '@ostinato/core';
import type { ModelPort } from '@ostinato/runtime';
import { findAdapter } from './auto/adapter.js';
import { createChoiceMemory } from './auto/choice-memory.js';
import { GpuWithFallback } from './auto/gpu-with-fallback.js';
import { startFastest } from './auto/start-fastest.js';
import { fetchRuntime } from './fetch-runtime.js';
import { DEVICE_FILES, locateFile } from './runtime-files.js';
import { cacheOf, chooseThreads, type RuntimeOptions } from './runtime-options.js';
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
  /** What the device 'auto' remembers its choice by. Default: it is not remembered. */
  readonly hash?: string;
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
  const { device = 'wasm', signal } = options;
  signal?.throwIfAborted();
  const threads = chooseThreads(options);
  const modelOn = (port: ModelPort, place: Place): WebModel =>
    new WebModel(port, parts.grammar, parts.stateSize, place);
  if (device !== 'auto') {
    return modelOn(await startOn(device, threads, parts, options), { device, threads });
  }
  return startFastest({
    adapter: await findAdapter(),
    memory: createChoiceMemory(parts.hash, () => localStorage),
    now: () => performance.now(),
    start: async (device) => {
      const port = await startOn(device, threads, parts, options);
      const place: Place = { device, threads };
      if (device === 'wasm') return modelOn(port, place);
      const startFallback = async (): Promise<ModelPort> => {
        const { signal: _, ...rest } = options; // it was for the start
        place.device = 'wasm';
        return startOn('wasm', threads, parts, rest);
      };
      return modelOn(new GpuWithFallback(port, startFallback), place);
    },
  });
}

interface Place {
  device: ComputeDevice;
  readonly threads: number;
}

async function startOn(
  device: ComputeDevice,
  threads: number,
  parts: ModelParts,
  options: RuntimeOptions,
): Promise<ModelPort> {
  const { worker = true, files, signal = new AbortController().signal, onProgress } = options;
  const runtime = DEVICE_FILES[device];
  signal.throwIfAborted();
  const client = await EngineClient.open(locateFile(runtime.worker, files), worker);
  const abort = (): void => void client.close();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const kind = parts.graphs.chunk && device === 'wasm' ? 'chunk' : 'step';
    const source = parts.graphs[kind]!;
    const isFetched = typeof source === 'function';
    const [wasm, graph] = await Promise.all([
      fetchRuntime(locateFile(runtime.wasm.file, files), runtime.wasm, {
        cache: cacheOf(options),
        signal,
        onBytes: (bytesDone) =>
          onProgress?.({ file: runtime.wasm.file, bytesDone, bytesTotal: runtime.wasm.bytes }),
      }),
      isFetched ? source(signal) : source,
    ]);
    const request = { threads, wasm, graphs: { [kind]: graph }, grammar: parts.grammar };
    const given = isFetched ? [graph.buffer as ArrayBuffer] : [];
    await client.call('start', request, [wasm.buffer, ...given]);
    return kind === 'step' ? client : new StepOnDemand(client, parts.graphs.step);
  } catch (error) {
    await client.close();
    signal.throwIfAborted(); // what failed then failed because of it
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
