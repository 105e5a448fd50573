// Becomes `webgpu-worker.js`: all of a model's worker for the device webgpu.
import * as ort from 'onnxruntime-web/jspi';
import { createConnect, serveInWorker } from './engine.js';

export const connect = createConnect(ort, 'webgpu');
serveInWorker(connect);
