// Named float32 tensors that stay where a provider computes, from run to run.
import type { NamedTensors } from '@ostinato/model';
import type { Tensor } from 'onnxruntime-node';
import { nextName } from './window-graph.js';

export type Feeds = Record<string, Tensor>;
export type Fetches = Record<string, Tensor | null>;
export type Results = Readonly<Record<string, Tensor>>;
export type TensorShapes = ReadonlyMap<string, readonly number[]>;

export interface DeviceTensors {
  /** To feed to a run, by name. */
  feeds(): Feeds;
  /** Where the next values go, by `next.<name>`: a place, or null for a new tensor. */
  fetches(): Fetches;
  /** Takes the next values of a run over. */
  take(results: Results): void;
  /** Copies for the caller. */
  copyOut(): Promise<NamedTensors>;
  /** @param values has every name, in its shape */
  copyIn(values: NamedTensors): Promise<void>;
  /** Sets all to zero. */
  clear(): Promise<void>;
  dispose(): Promise<void>;
}

/** Makes sets of tensors, all zeros, on one device. */
export interface DeviceMemory {
  /** @param inPlace the next values are written over the present ones; only where a graph reads no value after it has
   *  made the next one */
  create(shapes: TensorShapes, options?: { inPlace?: boolean }): Promise<DeviceTensors>;
}

/** The tensor of a run's result.
 *  @throws {Error} if the graph has no such output */
export function nextOf(results: Results, name: string): Tensor {
  const tensor = results[nextName(name)];
  if (!tensor) throw new Error(`internal: the graph has no output ${nextName(name)}`);
  return tensor;
}
