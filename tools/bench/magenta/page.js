// The peer in a page: MusicRNN of @magenta/music on one backend of TF.js. `?backend=cpu|wasm|webgl&temperature=1`
import { MusicRNN } from '@magenta/music/esm/music_rnn';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

/** One note to go on from, which is one token. */
const PRIMER = {
  notes: [{ pitch: 60, quantizedStartStep: 0, quantizedEndStep: 1 }],
  totalQuantizedSteps: 1,
  quantizationInfo: { stepsPerQuarter: 4 },
};

const settings = new URLSearchParams(location.search);
globalThis.side = start(settings.get('backend'), Number(settings.get('temperature')));

async function start(backend, temperature) {
  setWasmPaths('/tfjs/');
  if (backend === 'wasm' && temperature > 0) addSamplingToWasm();
  tf.enableProdMode();
  if (!(await tf.setBackend(backend))) throw new Error(`${backend}: this browser does not have it`);
  const model = new MusicRNN('/checkpoint');
  await model.initialize();
  return {
    description: `TF.js ${tf.version.tfjs}, ${await describeBackend(backend)}`,
    /** @returns microseconds for one token */
    async draw(tokens) {
      const start = performance.now();
      const { notes } = await model.continueSequence(PRIMER, tokens, temperature);
      const microseconds = ((performance.now() - start) / tokens) * 1e3;
      if (!notes) throw new Error('internal: nothing was composed');
      return microseconds;
    },
  };
}

/** The wasm backend has no Multinomial: this draws as the CPU backend does, right in the memory of wasm. */
function addSamplingToWasm() {
  tf.registerKernel({
    kernelName: 'Multinomial',
    backendName: 'wasm',
    kernelFunc: ({ inputs: { logits }, backend }) => {
      const values = backend.typedArrayFromHeap(logits);
      const highest = values.reduce((a, b) => Math.max(a, b));
      const weights = values.map((value) => Math.exp(value - highest));
      let left = Math.random() * weights.reduce((a, b) => a + b);
      let drawn = 0;
      while (drawn < weights.length - 1 && (left -= weights[drawn]) > 0) drawn++;
      const output = backend.makeOutput([1, 1], 'int32');
      backend.typedArrayFromHeap(output)[0] = drawn;
      return output;
    },
  });
}

async function describeBackend(backend) {
  if (backend === 'wasm') {
    const hasSimd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
    const hasThreads = await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT');
    const threads = hasThreads ? 'threads as it sees fit' : 'one thread';
    return `wasm ${hasSimd ? 'with' : 'without'} SIMD, ${threads}`;
  }
  if (backend !== 'webgl') return backend;
  const gl = document.createElement('canvas').getContext('webgl2');
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  return `webgl on ${gl.getParameter(info.UNMASKED_RENDERER_WEBGL)}`;
}
