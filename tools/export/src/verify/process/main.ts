// Entry point of the process that runs one of the two models: files from anywhere, that may crash a native library, loop
// for ever or fill the memory.
import { OstinatoError } from '@ostinato/core';
import type { RunnableModel } from '../port.js';
import { openOnnxModel } from '../onnx-model.js';
import { openReference } from '../reference/open-reference.js';
import type { Operations, Reply, Request } from './protocol.js';

let model: RunnableModel | undefined;

async function answer(request: Request): Promise<Operations[Request['operation']]['reply']> {
  if (request.operation === 'open') {
    const { runtime, path } = request.argument;
    model = runtime === 'onnx' ? await openOnnxModel(path) : await openReference(path);
    return model.signature;
  }
  if (!model) throw new Error('internal: the model has not been opened');
  return model.run(request.argument);
}

async function serve(request: Request): Promise<void> {
  let reply: Reply;
  try {
    reply = { ok: true, result: await answer(request) };
  } catch (error) {
    const code = error instanceof OstinatoError ? error.code : 'internal';
    reply = { ok: false, code, message: error instanceof Error ? error.message : String(error) };
  }
  process.send?.(reply);
}

process.on('message', (request: Request) => {
  void serve(request);
});

// Ctrl-C reaches the whole process group; the parent decides what becomes of this process.
process.on('SIGINT', () => {});

// TF.js greets, and recommends another way to run a model; stderr is for what ends this process.
console.warn = () => {};

// A kill, because an orderly exit aborts during a run of ONNX Runtime.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
