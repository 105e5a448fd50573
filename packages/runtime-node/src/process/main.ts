// Entry point of the child process that owns a model's sessions. ONNX Runtime computes on the thread that calls it and
// aborts its process if that is ended meanwhile, so the model lives in a process that can be killed.
import { ModelSessions, serveModel } from '@ostinato/runtime/session-side';
import { createBackend } from './devices.js';
import { liveWithParent } from './live-with-parent.js';
import type { StartRequest } from './protocol.js';

const { receive } = serveModel(
  async ({ device, threads, graphs, grammar }: StartRequest) => {
    const { chunk: _, ...withoutChunk } = graphs;
    return ModelSessions.create({
      // On WebGPU a loop runs on the host and reads back each token; there the step graph is faster.
      graphs: device === 'webgpu' ? withoutChunk : graphs,
      grammar,
      backend: createBackend(device, threads),
    });
  },
  (reply) => process.send?.(reply),
);

process.on('message', receive);

liveWithParent();
