// ONNX Runtime in a page: the model's sessions, and the messages to them.
import { DeviceError, ModelSessions, type OnnxBackend, serveModel } from '@ostinato/runtime';
import type {
  Env,
  InferenceSession,
  InferenceSessionFactory,
  TensorConstructor,
} from 'onnxruntime-web';
import type { ComputeDevice, Connect, PrepareRequest, StartRequest } from './messages.js';

/** The part of onnxruntime-web that is used here. */
export interface Ort {
  readonly env: Env;
  readonly InferenceSession: InferenceSessionFactory;
  readonly Tensor: TensorConstructor;
}

/** ONNX Runtime's own workers, which help with threads, load the same file and are named so. */
const THREAD_NAME = 'em-pthread';

export function createConnect(ort: Ort, device: ComputeDevice): Connect {
  return (send) =>
    serveModel(
      async ({ graphs, grammar }: StartRequest) =>
        ModelSessions.create({ graphs, grammar, backend: createBackend(ort, device) }),
      send,
      async ({ threads, wasm }: PrepareRequest) => {
        ort.env.wasm.wasmBinary = wasm;
        ort.env.wasm.numThreads = threads;
        ort.env.logLevel = 'error';
        await initialize(ort, device);
      },
    );
}

/** Compiles the wasm and starts the threads while the model still comes. ONNX Runtime does that when the first session is
 *  created and has no other way, so it is asked for one of nothing. If it cannot compute at all, it says the same again
 *  when it is asked for the model's. */
async function initialize(ort: Ort, device: ComputeDevice): Promise<void> {
  const options: InferenceSession.SessionOptions = {
    ...sessionOptions(device),
    logSeverityLevel: 4,
  };
  await ort.InferenceSession.create(new Uint8Array(0), options).catch(() => undefined);
}

/** Serves the page that started this worker; does nothing in a page itself. */
export function serveInWorker(connect: Connect): void {
  const scope = globalThis as unknown as Worker & { readonly name: string };
  if (typeof document !== 'undefined' || scope.name.startsWith(THREAD_NAME)) return;
  const { receive } = connect((reply) => scope.postMessage(reply));
  scope.addEventListener('message', ({ data }) => receive(data));
}

export function createBackend(ort: Ort, device: ComputeDevice): OnnxBackend {
  return {
    Tensor: ort.Tensor,
    createSession: async (graph) => {
      try {
        return await ort.InferenceSession.create(graph, sessionOptions(device));
      } catch (cause) {
        throw sessionError(device, cause);
      }
    },
  };
}

function sessionOptions(device: ComputeDevice): InferenceSession.SessionOptions {
  return {
    executionProviders: [device],
    logSeverityLevel: 3, // errors only
    // Stored integers are widened once, when the session loads them, and products stay float32.
    extra: { session: { disable_quant_qdq: '1' } },
    // States stay on the device from token to token; the logits come back.
    ...(device === 'webgpu' && { preferredOutputLocation: { state_after: 'gpu-buffer' } }),
  };
}

const REMEDY: Readonly<Record<ComputeDevice, string>> = {
  wasm: 'is the model made for another ONNX Runtime?',
  webgpu: "it needs a browser with WebGPU and a GPU that it may use, or the device 'wasm'",
};

function sessionError(device: ComputeDevice, cause: unknown): DeviceError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const reason = text.split('\n', 1)[0];
  return new DeviceError('device-failed', `device ${device}: ${reason}; ${REMEDY[device]}`, {
    cause,
  });
}
