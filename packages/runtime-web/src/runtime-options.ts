// What can be asked of a model's start.
import type { CacheApiOptions } from '@ostinato/core';
import { DeviceError } from '@ostinato/runtime';
import type { LoadProgress } from './load-meter.js';
import type { FileLocations } from './runtime-files.js';
import type { ComputeDevice } from './worker/messages.js';

/** Where a model computes; 'auto' measures a few tokens on each and remembers which was faster. */
export type Device = ComputeDevice | 'auto';

export interface RuntimeOptions {
  /** Default 'wasm'. What is asked for is used or refused; 'auto' takes wasm where WebGPU fails, at the start and later. */
  readonly device?: Device;
  /** Threads of wasm, 1..64; more than one needs a page that is cross-origin isolated. Default: where it is, the
   *  machine's threads, at most 4; elsewhere 1. */
  readonly threads?: number;
  /** False: compute on this thread, which stands still meanwhile, with one thread. Default true. */
  readonly worker?: boolean;
  /** Where the files of this package are. Default: beside its module. */
  readonly files?: FileLocations;
  /** How what was downloaded is kept in the browser's Cache API, where the page may use it; false: not at all. */
  readonly cache?: CacheApiOptions | false;
  /** Called while ONNX Runtime comes, and the model where it is loaded. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Aborting stops the start and throws the signal's reason. Afterwards it does nothing. */
  readonly signal?: AbortSignal;
}

const MOST_THREADS = 64;

/** A token is a chain of small products that wait for memory: beyond four cores there is nothing to gain. */
const MOST_BY_DEFAULT = 4;

/** The threads to compute with.
 *  @throws {RangeError} if the number is outside 1..64, or not 1 without a worker
 *  @throws {DeviceError} `device-missing` if the page may not have more than one */
export function chooseThreads({ threads, worker = true }: RuntimeOptions): number {
  const isolated = globalThis.crossOriginIsolated;
  if (threads === undefined) {
    if (!isolated || !worker) return 1;
    return Math.min(MOST_BY_DEFAULT, globalThis.navigator?.hardwareConcurrency ?? 1);
  }
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    throw new RangeError(`threads: expected an integer in 1..${MOST_THREADS}, found ${threads}`);
  }
  if (threads > 1 && !worker) {
    throw new RangeError(`threads: expected 1 without a worker, found ${threads}`);
  }
  if (threads > 1 && !isolated) {
    throw new DeviceError(
      'device-missing',
      `threads: ${threads} need a page that is cross-origin isolated (the headers Cross-Origin-Opener-Policy: ` +
        'same-origin and Cross-Origin-Embedder-Policy: require-corp); send them, or leave threads out',
    );
  }
  return threads;
}
