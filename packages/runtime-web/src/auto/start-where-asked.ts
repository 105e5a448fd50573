// Where a model computes: on the asked device, or with 'auto' where it is fastest.
import type { Grammar } from '@ostinato/core';
import type { ModelPort } from '@ostinato/runtime';
import { chooseThreads, type RuntimeOptions } from '../runtime-options.js';
import { WebModel } from '../web-model.js';
import type { ComputeDevice } from '../worker/messages.js';
import { findAdapter } from './adapter.js';
import { createChoiceMemory } from './choice-memory.js';
import { GpuWithFallback } from './gpu-with-fallback.js';
import { startFastest } from './start-fastest.js';

export interface Place {
  device: ComputeDevice;
  readonly threads: number;
}

/** What starts one model on any device. */
export interface Starter {
  /** @param options those that were asked with, or what holds for a start later on */
  start(place: Readonly<Place>, options: RuntimeOptions): Promise<StartedModel>;
  /** What the choice is remembered by; undefined: it is not. */
  hash(): Promise<string | undefined>;
}

export interface StartedModel {
  readonly port: ModelPort;
  readonly grammar: Grammar;
  readonly stateSize: number;
}

/** @throws {RangeError} and {DeviceError} as `chooseThreads` does
 *  @throws what the starter throws, and the signal's reason if it is aborted */
export async function startWhereAsked(
  { start, hash }: Starter,
  options: RuntimeOptions,
): Promise<WebModel> {
  const { device: asked = 'wasm', signal } = options;
  signal?.throwIfAborted();
  const threads = chooseThreads(options);
  const startOn = async (device: ComputeDevice): Promise<WebModel> => {
    const place: Place = { device, threads };
    const { port, grammar, stateSize } = await start(place, options);
    const hasFallback = asked === 'auto' && device === 'webgpu';
    const fallBack = async (): Promise<ModelPort> => {
      const { signal: _, onProgress: __, ...rest } = options; // they were for the start
      place.device = 'wasm';
      return (await start(place, rest)).port;
    };
    const lasting = hasFallback ? new GpuWithFallback(port, fallBack) : port;
    return new WebModel(lasting, grammar, stateSize, place);
  };
  if (asked !== 'auto') return startOn(asked);
  const adapter = await findAdapter();
  return startFastest({
    adapter,
    memory: createChoiceMemory(adapter && (await hash()), () => localStorage),
    now: () => performance.now(),
    start: startOn,
  });
}
