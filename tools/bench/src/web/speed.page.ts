// Our side in a page: a model on wasm, one thread, in a worker. `?model=/models/musicnet/`
import { loadModel } from '@ostinato/web';
import { timeDecoding } from '../time-decoding.js';
import type { Side } from './speed.js';

const address = new URLSearchParams(location.search).get('model')!;

Object.assign(globalThis, { side: start() });

async function start(): Promise<Side> {
  const { model, manifest } = await loadModel(address, { device: 'wasm', threads: 1, files: '/' });
  return {
    description: `${manifest.name} on ${model.device}, ${model.threads} thread, in a worker`,
    // Nothing is cut from what the peer draws from: temperature alone.
    draw: (tokens) => timeDecoding(model, { batch: 1, tokens, topP: 1 }),
  };
}
