// From a device's name to ONNX Runtime's execution provider. What is not there is an error, never another device.
import { DeviceError, type OnnxBackend } from '@ostinato/runtime/session-side';
import { InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
import type { Device } from './protocol.js';

const REMEDY: Readonly<Record<Exclude<Device, 'cpu'>, string>> = {
  cuda:
    "install CUDA 12 and cuDNN 9, run ONNX Runtime's install script as the README of @ostinato/node says " +
    "(Linux x64 only), or use the device 'cpu'",
  webgpu:
    'it needs a GPU with a Vulkan, Metal or Direct3D 12 driver and a platform for which onnxruntime-node brings ' +
    "WebGPU (Linux x64, macOS, Windows), or use the device 'cpu'",
};

/** How long an idle thread of ONNX Runtime spins before it sleeps, microseconds. Long enough for the nodes between two
 *  products (2 x 512, batch 1, two threads on two quiet cores: 330 microseconds a token, 371 with 20, no less with
 *  1,000), and short enough that another program may want the cores: the default of milliseconds halves the speed
 *  beside a training run. */
const SPIN_MICROSECONDS = '50';

/** ONNX Runtime on a device.
 *  @throws {DeviceError} `device-missing` if this build of ONNX Runtime does not know it */
export function createBackend(device: Device, threads: number): OnnxBackend {
  const options = deviceOptions(device, threads);
  return {
    Tensor,
    createSession: async (graph) => {
      try {
        return await InferenceSession.create(graph, options);
      } catch (cause) {
        throw sessionError(device, cause);
      }
    },
  };
}

function deviceOptions(device: Device, threads: number): InferenceSession.SessionOptions {
  if (device !== 'cpu' && !listSupportedBackends().some(({ name }) => name === device)) {
    throw new DeviceError(
      'device-missing',
      `device ${device}: onnxruntime-node has no such provider on ${process.platform} ${process.arch}; ${REMEDY[device]}`,
    );
  }
  return {
    executionProviders: [device],
    intraOpNumThreads: threads,
    logSeverityLevel: 3, // errors only
    extra: {
      session: {
        // Stored integers are widened once, when the session loads them, and products stay float32.
        disable_quant_qdq: '1',
        intra_op: { spin_duration_us: SPIN_MICROSECONDS },
      },
    },
  };
}

/** What to throw when a session could not be created. */
function sessionError(device: Device, cause: unknown): DeviceError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const reason = text.split('\n', 1)[0]?.replace(/^.* was false\. /, ''); // ONNX Runtime quotes its own source
  const advice = device === 'cpu' ? 'is the model made for another ONNX Runtime?' : REMEDY[device];
  return new DeviceError('device-failed', `device ${device}: ${reason}; ${advice}`, { cause });
}
