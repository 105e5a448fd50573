// From a model's parts to a running model.
import type { Grammar } from '@ostinato/core';
import type { GraphKind, ModelPort } from '@ostinato/runtime';
import { findAdapter } from './auto/adapter.js';
import { createChoiceMemory } from './auto/choice-memory.js';
import { GpuWithFallback } from './auto/gpu-with-fallback.js';
import { startFastest } from './auto/start-fastest.js';
import { fetchRuntime } from './fetch-runtime.js';
import { DEVICE_FILES, locateFile } from './runtime-files.js';
import { cacheOf, chooseThreads, type RuntimeOptions } from './runtime-options.js';
import { StepOnDemand } from './step-on-demand.js';
import { stopTogether } from './stop-together.js';
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
  const here = Promise.resolve(parts);
  return startComingModel({ parts: here, hash: Promise.resolve(parts.hash) }, options);
}

/** Of a model that is on its way. */
export interface ComingModel {
  /** As of `ModelParts`. It is needed first: the device may depend on it. */
  readonly hash: Promise<string | undefined>;
  readonly parts: Promise<ModelParts>;
}

/** `startModel`, while the model comes: ONNX Runtime comes at the same time. */
export async function startComingModel(
  coming: ComingModel,
  options: RuntimeOptions,
): Promise<WebModel> {
  const { device = 'wasm', signal } = options;
  signal?.throwIfAborted();
  const threads = chooseThreads(options);
  const modelOn = async (port: ModelPort, place: Place): Promise<WebModel> => {
    const { grammar, stateSize } = await coming.parts;
    return new WebModel(port, grammar, stateSize, place);
  };
  if (device !== 'auto') {
    return modelOn(await startOn(device, threads, coming.parts, options), { device, threads });
  }
  return startFastest({
    adapter: await findAdapter(),
    memory: createChoiceMemory(await coming.hash, () => localStorage),
    now: () => performance.now(),
    start: async (device) => {
      const port = await startOn(device, threads, coming.parts, options);
      const place: Place = { device, threads };
      if (device === 'wasm') return modelOn(port, place);
      const startFallback = async (): Promise<ModelPort> => {
        const { signal: _, ...rest } = options; // it was for the start
        place.device = 'wasm';
        return startOn('wasm', threads, coming.parts, rest);
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
  coming: Promise<ModelParts>,
  options: RuntimeOptions,
): Promise<ModelPort> {
  const { worker = true, files } = options;
  return stopTogether(options.signal, async (signal) => {
    const client = await EngineClient.open(locateFile(DEVICE_FILES[device].worker, files), worker);
    const abort = (): void => void client.close();
    signal.addEventListener('abort', abort, { once: true });
    try {
      const [, { parts, kind, content, isOurs }] = await Promise.all([
        bringRuntime(client, device, threads, { ...options, signal }),
        bringGraph(device, coming, signal),
      ]);
      const request = { graphs: { [kind]: content }, grammar: parts.grammar };
      await client.call('start', request, undefined, isOurs ? [content.buffer as ArrayBuffer] : []);
      return kind === 'step' ? client : new StepOnDemand(client, parts.graphs.step);
    } catch (error) {
      await client.close();
      signal.throwIfAborted(); // what failed then failed because of it
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  });
}

/** Fetches ONNX Runtime and has it compiled, in the worker. */
async function bringRuntime(
  client: EngineClient,
  device: ComputeDevice,
  threads: number,
  options: RuntimeOptions & { readonly signal: AbortSignal },
): Promise<void> {
  const { wasm: entry } = DEVICE_FILES[device];
  const { files, signal, onProgress } = options;
  const wasm = await fetchRuntime(locateFile(entry.file, files), entry, {
    cache: cacheOf(options),
    signal,
    onBytes: (bytesDone) => onProgress?.({ file: entry.file, bytesDone, bytesTotal: entry.bytes }),
  });
  await client.call('prepare', { threads, wasm }, undefined, [wasm.buffer]);
}

interface BroughtGraph {
  readonly parts: ModelParts;
  readonly kind: GraphKind;
  readonly content: Uint8Array;
  /** Whether its bytes may be given away. */
  readonly isOurs: boolean;
}

/** The graph that the device decodes with. */
async function bringGraph(
  device: ComputeDevice,
  coming: Promise<ModelParts>,
  signal: AbortSignal,
): Promise<BroughtGraph> {
  const parts = await coming;
  const kind = parts.graphs.chunk && device === 'wasm' ? 'chunk' : 'step';
  const source = parts.graphs[kind]!;
  const isOurs = typeof source === 'function';
  return { parts, kind, content: isOurs ? await source(signal) : source, isOurs };
}
