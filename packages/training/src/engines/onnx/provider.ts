// ONNX Runtime's execution providers: how a session is made on each, the graph that suits it, where state stays.
import { availableParallelism } from 'node:os';
import { encodeModel } from '@ostinato/graph';
import { InferenceSession, listSupportedBackends } from 'onnxruntime-node';
import { TrainingError } from '../../trainer/training-error.js';
import type { DeviceMemory } from './device-tensors.js';
import { type CreateSession, gpuMemory } from './gpu-tensors.js';
import { HOST_MEMORY } from './host-tensors.js';
import type { GraphForm } from './window-graph.js';

/** Where ONNX Runtime computes: its execution providers of the same names. */
export type TrainingDevice = 'cpu' | 'webgpu' | 'cuda';

export interface Provider {
  /** For the log. */
  readonly description: string;
  /** The form of graph that suits it. */
  readonly form: Required<GraphForm>;
  readonly memory: DeviceMemory;
  /** @throws {TrainingError} `device` if the device is not there, `engine` if it refuses the graph */
  readonly createSession: CreateSession;
}

const REMEDY: Readonly<Record<Exclude<TrainingDevice, 'cpu'>, string>> = {
  cuda:
    'it needs Linux x64, an NVIDIA GPU, CUDA 12, cuDNN 9 and the CUDA libraries of ONNX Runtime: run ' +
    '`ONNXRUNTIME_NODE_INSTALL=cuda12 node script/install.js` in node_modules/onnxruntime-node; or train on cpu',
  webgpu:
    'it needs a GPU with a Vulkan, Metal or Direct3D 12 driver (on Linux also the loader, libvulkan1) on Linux x64, ' +
    'macOS or Windows; or train on cpu',
};

/** @throws {TrainingError} `device` if this build of ONNX Runtime does not know the device */
export function openProvider(device: TrainingDevice, threads = availableParallelism()): Provider {
  switch (device) {
    case 'cpu':
      return {
        description: `cpu, ${threads} thread${threads === 1 ? '' : 's'}`,
        form: { form: 'scan', operators: 'all' },
        memory: HOST_MEMORY,
        createSession: (model) =>
          createSession(device, model, {
            intraOpNumThreads: threads,
            // Threads that wait spin this long before they sleep. Spinning for longer is no faster, and collapses 2 to
            // 5 times when another program wants the cores.
            extra: { session: { intra_op: { spin_duration_us: '20' } } },
          }),
      };
    case 'webgpu':
      return webGpuProvider();
    case 'cuda':
      checkKnown(device);
      return {
        description: device,
        form: { form: 'unrolled', operators: 'all' }, // the host drives every step of a Scan
        memory: HOST_MEMORY,
        createSession: (model) =>
          createSession(device, model, { executionProviders: [device], intraOpNumThreads: 1 }),
      };
  }
}

function webGpuProvider(): Provider {
  const device = 'webgpu';
  checkKnown(device);
  const create: CreateSession = (model, kept = []) =>
    createSession(device, model, {
      executionProviders: [device],
      intraOpNumThreads: 1,
      preferredOutputLocation: Object.fromEntries(
        [...kept].map((name): [string, 'gpu-buffer'] => [name, 'gpu-buffer']),
      ),
    });
  return {
    description: device,
    form: { form: 'unrolled', operators: 'elementary' },
    memory: gpuMemory(create),
    createSession: create,
  };
}

/** @throws {TrainingError} `device` if this build of ONNX Runtime does not know the device */
export function checkKnown(device: Exclude<TrainingDevice, 'cpu'>): void {
  if (listSupportedBackends().some(({ name }) => name === device)) return;
  throw new TrainingError(
    'device',
    `device ${device}: onnxruntime-node has no such provider on ${process.platform} ${process.arch}; ${REMEDY[device]}`,
  );
}

async function createSession(
  device: TrainingDevice,
  model: Parameters<CreateSession>[0],
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(encodeModel(model), {
      // 'all' fuses transposes into slower products.
      graphOptimizationLevel: 'basic',
      logSeverityLevel: 4, // what it logs of a failed run stands in the error too
      ...options,
    });
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    const [line = ''] = text.split('\n');
    const reason = line.replace(/^.* was false\. |^OrtSession\w+: /, ''); // ONNX Runtime quotes its own source
    if (device === 'cpu') {
      throw new TrainingError('engine', `ONNX Runtime refused the graph (${reason})`, { cause });
    }
    throw new TrainingError('device', `device ${device}: ${reason}; ${REMEDY[device]}`, { cause });
  }
}
