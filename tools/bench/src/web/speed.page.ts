// Our side in a page: a model on wasm, in a worker. `?model=/models/musicnet/&threads=1`
import { loadModel } from '@ostinato/web';
import { timeDecoding } from '../time-decoding.js';
import type { Side } from './speed.js';

const settings = new URLSearchParams(location.search);
const address = settings.get('model')!;
const threads = Number(settings.get('threads'));

Object.assign(globalThis, { side: start() });

async function start(): Promise<Side> {
  const { model, manifest } = await loadModel(address, { device: 'wasm', threads, files: '/' });
  return {
    description: `${manifest.name} on ${model.device}, ${model.threads} ${model.threads === 1 ? 'thread' : 'threads'}, in a worker`,
    // Nothing is cut from what the peer draws from: temperature alone.
    draw: (tokens) => timeDecoding(model, { batch: 1, tokens, topP: 1 }),
  };
}
