// Which engine trains, on which device, and why.
import {
  createOnnxEngine,
  createTfjsEngine,
  type EngineFactory,
  resolveTrainingDevice,
} from '@ostinato/training';
import { InputError } from '../input-file.js';
import type { DeviceName, EngineName, TrainConfig } from './train-config.js';

export interface ChosenEngine {
  readonly factory: EngineFactory;
  /** What was chosen and why: a sentence to print. */
  readonly reason: string;
  /** Whether memory is estimated for it: the onnx engine on the CPU. */
  readonly isEstimated: boolean;
}

type Wishes = Pick<TrainConfig, 'engine' | 'device' | 'threads'>;

/** Finds engine and device. What was not asked for is that of the run which goes on, so that it goes on exactly.
 *  @param before what the last session of the run trained by, in the engine's words
 *  @throws {TrainingError} `device` if the device asked for is not there */
export async function chooseEngine(wishes: Wishes, before?: string): Promise<ChosenEngine> {
  const { device, threads } = wishes;
  const last = engineOf(before);
  if (engineName(wishes, before) === 'tfjs') return TFJS;
  const asked = device ?? (last?.engine === 'onnx' ? last.device : undefined);
  const chosen = await resolveTrainingDevice(asked ?? 'auto');
  const why = device === undefined && asked !== undefined ? 'as the session before' : chosen.reason;
  return {
    factory: (request) => createOnnxEngine({ ...request, threads, device: chosen.device }),
    reason: `device: ${why === chosen.reason ? why : `${chosen.device}, ${why}`}`,
    isEstimated: chosen.device === 'cpu',
  };
}

const TFJS: ChosenEngine = {
  factory: (request) => createTfjsEngine({ ...request, backend: 'auto' }),
  reason: 'device: chosen by tfjs, TensorFlow where it is installed, else WebAssembly on the cpu',
  isEstimated: false,
};

/** Refuses what no machine could do.
 *  @throws {InputError} if the engine does not know the device, or has no such option */
export function checkEngine(wishes: Wishes, before?: string): void {
  if (engineName(wishes, before) !== 'tfjs') return;
  const { device, threads } = wishes;
  if (device === 'webgpu' || device === 'cuda') {
    throw new InputError(
      'device',
      `--device ${device} is for the onnx engine; leave it out: tfjs takes a GPU by itself where @tensorflow/tfjs-node-gpu is installed`,
    );
  }
  if (threads !== undefined) {
    throw new InputError(
      'threads',
      '--threads is for the onnx engine; leave it out: tfjs has threads of its own',
    );
  }
}

function engineName({ engine }: Wishes, before: string | undefined): EngineName {
  return engine ?? engineOf(before)?.engine ?? 'onnx';
}

/** What an engine's description says of itself. */
export function engineOf(
  description: string | undefined,
): { engine: EngineName; device?: Exclude<DeviceName, 'auto'> } | undefined {
  if (description === undefined) return undefined;
  if (description.startsWith('tfjs')) return { engine: 'tfjs' };
  const [, device] = /^onnx, (cpu|webgpu|cuda)\b/.exec(description) ?? [];
  return device === undefined
    ? undefined
    : { engine: 'onnx', device: device as Exclude<DeviceName, 'auto'> };
}
