// Serves a model with Deno.
//   deno run --allow-net --allow-read main.js [model folder] [port]
import { createApp } from '@ostinato/server';
import { loadModel } from '@ostinato/web/in-thread';

const [folder = 'models/musicnet', port = '8080'] = Deno.args;

const wasmFile = import.meta.resolve('@ostinato/web/files/ort-wasm-simd-threaded.wasm');
const musicnet = await loadModel((file) => Deno.readFile(`${folder}/${file}`), {
  wasm: await Deno.readFile(new URL(wasmFile)),
});
const app = createApp({ models: { musicnet } });

Deno.serve({ hostname: '127.0.0.1', port: Number(port) }, (request) => app.fetch(request));
