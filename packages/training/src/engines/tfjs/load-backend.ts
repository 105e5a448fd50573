// Which of TF.js's backends computes: TensorFlow's own library where its native addon loads, else WebAssembly.
import { TrainingError } from '../../trainer/training-error.js';
import { createBlockLstm } from './block-lstm.js';
import type { LstmLayers } from './lstm-layers.js';
import { loadNativePackage } from './native-package.js';
import { createStepLstm } from './step-lstm.js';
import { createTensorFlowOperations, nodeBackend } from './tensorflow-operations.js';
import type { Tf } from './tf.js';

export type TfjsBackendName = 'tensorflow' | 'wasm';

/** A backend that is ready. */
export interface TfjsBackend {
  readonly name: TfjsBackendName;
  /** For the log: name, versions, device. */
  readonly description: string;
  readonly tf: Tf;
  readonly layers: LstmLayers;
}

/** Loads a backend. `auto` takes `tensorflow` if it is installed.
 *  @throws {TrainingError} `device` if the one asked for cannot be loaded; never another one instead */
export async function loadBackend(wanted: TfjsBackendName | 'auto'): Promise<TfjsBackend> {
  if (wanted === 'wasm') return loadWasm();
  const native = await loadNativePackage();
  if (native.tf) return startTensorFlow(native.tf, native.name);
  if (wanted === 'auto') return loadWasm();
  throw new TrainingError(
    'device',
    `tfjs backend tensorflow: ${native.reason}; install @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node 4.22.0 (in a clone of the repository: node tools/tfjs-native/install.mjs), or take the backend wasm`,
    { cause: native.cause },
  );
}

async function startTensorFlow(tf: Tf, packageName: string): Promise<TfjsBackend> {
  await activate(tf, 'tensorflow');
  const backend = nodeBackend(tf);
  const device = backend.isUsingGpuDevice ? 'GPU' : 'CPU';
  return {
    name: 'tensorflow',
    description: `tfjs ${tf.version_core}, tensorflow ${backend.binding.TF_Version} (${packageName}), ${device}`,
    tf,
    layers: createBlockLstm(tf, createTensorFlowOperations(backend)),
  };
}

async function loadWasm(): Promise<TfjsBackend> {
  const tf: Tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-wasm');
  await activate(tf, 'wasm');
  return {
    name: 'wasm',
    description: `tfjs ${tf.version_core}, wasm, 1 thread`,
    tf,
    layers: createStepLstm(tf),
  };
}

async function activate(tf: Tf, name: TfjsBackendName): Promise<void> {
  let cause: unknown;
  try {
    if (await tf.setBackend(name)) return;
  } catch (error) {
    cause = error;
  }
  throw new TrainingError('device', `tfjs backend ${name}: it does not start on this machine`, {
    cause,
  });
}

/** Makes a backend the one that TF.js uses: there is one for the whole process. At once for one that is ready. */
export function useBackend({ tf, name }: TfjsBackend): void {
  if (tf.getBackend() !== name) void tf.setBackend(name);
}
