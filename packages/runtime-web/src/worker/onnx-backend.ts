// ONNX Runtime Web as what a model's sessions run on.
import { decodeModel } from '@ostinato/graph';
import { DeviceError, type OnnxBackend } from '@ostinato/runtime';
import type {
  Env,
  InferenceSession,
  InferenceSessionFactory,
  TensorConstructor,
} from 'onnxruntime-web';
import type { ComputeDevice } from './messages.js';
import { needsPacking } from './needs-packing.js';

/** The part of onnxruntime-web that is used here. */
export interface Ort {
  readonly env: Env;
  readonly InferenceSession: InferenceSessionFactory;
  readonly Tensor: TensorConstructor;
}

export function createBackend(ort: Ort, device: ComputeDevice): OnnxBackend {
  return {
    Tensor: ort.Tensor,
    rowByRow: device === 'wasm',
    createSession: async (graph, kind) => {
      const packed = device !== 'wasm' || kind !== 'chunk' || isBetterPacked(graph);
      try {
        return await ort.InferenceSession.create(graph, sessionOptions(device, packed));
      } catch (cause) {
        throw sessionError(device, cause);
      }
    },
  };
}

/** Starts ONNX Runtime, with its threads. It does that when the first session is created and has no other way, so it is asked
 *  for one of nothing. If it cannot compute at all, it says the same again when it is asked for the model's. */
export async function initialize(ort: Ort, device: ComputeDevice): Promise<void> {
  const options: InferenceSession.SessionOptions = {
    ...sessionOptions(device, true),
    logSeverityLevel: 4,
  };
  await ort.InferenceSession.create(new Uint8Array(0), options).catch(() => undefined);
}

/** A graph that was given and not fetched may hold what our reader does not know. */
function isBetterPacked(graph: Uint8Array): boolean {
  try {
    return needsPacking(decodeModel(graph).graph);
  } catch {
    return true;
  }
}

/** @param packed whether ONNX Runtime rearranges the matrices of products first */
function sessionOptions(device: ComputeDevice, packed: boolean): InferenceSession.SessionOptions {
  return {
    executionProviders: [device],
    logSeverityLevel: 3, // errors only
    // What the higher levels look for is not in our graphs, and looking for it takes a quarter of a session's start.
    graphOptimizationLevel: packed ? 'all' : 'basic',
    // Stored integers are widened once, when the session loads them, and products stay float32.
    extra: { session: { disable_quant_qdq: '1', disable_prepacking: packed ? '0' : '1' } },
    // States stay on the device from token to token; the logits come back.
    ...(device === 'webgpu' && { preferredOutputLocation: { state_after: 'gpu-buffer' } }),
  };
}

const REMEDY: Readonly<Record<ComputeDevice, string>> = {
  wasm: 'is the model made for another ONNX Runtime?',
  webgpu: "it needs a browser with WebGPU and a GPU that it may use, or the device 'wasm'",
};

/** Says what a device does not do, and what helps. */
export function sessionError(device: ComputeDevice, cause: unknown): DeviceError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const reason = text.split('\n', 1)[0];
  return new DeviceError('device-failed', `device ${device}: ${reason}; ${REMEDY[device]}`, {
    cause,
  });
}
