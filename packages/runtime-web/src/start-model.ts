// From a model's parts to a running model.
import type { Grammar } from '@ostinato/core';
import type { ModelGraphs } from '@ostinato/runtime';
import { startWhereAsked } from './auto/start-where-asked.js';
import type { RuntimeOptions } from './runtime-options.js';
import { startEngine } from './start-engine.js';
import type { WebModel } from './web-model.js';

/** What a model is made of. */
export interface ModelParts {
  /** Trusted ONNX files with the inputs and outputs that docs/artifact.md lists. On wasm `decode` runs `chunk` where there
   *  is one, and `step` is for `consume` and `score`; on webgpu `step` does everything. */
  readonly graphs: ModelGraphs & { readonly step: Uint8Array };
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
export function startModel(
  { graphs, grammar, stateSize, hash }: ModelParts,
  options: RuntimeOptions = {},
): Promise<WebModel> {
  const starter: Parameters<typeof startWhereAsked>[0] = {
    start: async (place, options) => {
      const given = { graphs: place.device === 'wasm' ? graphs : { step: graphs.step }, grammar };
      const port = await startEngine(place, options, async () => given);
      return { port, grammar, stateSize };
    },
    hash: async () => hash,
  };
  return startWhereAsked(starter, options);
}
