// Serves a model with Bun.
//   bun main.js [model folder] [port]
import { createApp } from '@ostinato/server';
import { loadModel } from '@ostinato/web/in-thread';

const [folder = 'models/musicnet', port = '8080'] = Bun.argv.slice(2);

const wasmFile = import.meta.resolve('@ostinato/web/files/ort-wasm-simd-threaded.wasm');
const musicnet = await loadModel((file) => Bun.file(`${folder}/${file}`).bytes(), {
  wasm: await Bun.file(new URL(wasmFile)).bytes(),
});
const app = createApp({ models: { musicnet } });

const { url } = Bun.serve({
  hostname: '127.0.0.1',
  port: Number(port),
  idleTimeout: 0, // Bun's is 10 seconds, less than a long piece takes; the app has deadlines of its own
  fetch: (request) => app.fetch(request),
});
console.log(`Listening on ${url}`);
