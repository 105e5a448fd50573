// Becomes `wasm-worker.js`: all of a model's worker for the device wasm.
import * as ort from 'onnxruntime-web/wasm';
import { createConnect, serveInWorker } from './engine.js';

export const connect = createConnect(ort, 'wasm');
serveInWorker(connect);
