// Serves a model with Cloudflare Workers.
//   wrangler dev
import { createApp } from '@ostinato/server';
import wasm from '@ostinato/web/files/ort-wasm-simd-threaded.wasm';
import { loadModel } from '@ostinato/web/in-thread';

/** Of this isolate: it has 128 MB and one thread, and a request that is dropped goes on for 30 seconds at most. */
const limits = { running: 4, queued: 8, streams: 8, deadlineSeconds: 25, streamSeconds: 25 };

let starting;

async function start({ ASSETS }) {
  const read = async (file) =>
    (await ASSETS.fetch(`https://assets.local/musicnet/${file}`)).bytes();
  const musicnet = await loadModel(read, { wasm });
  return createApp({ models: { musicnet }, limits, jobs: false }); // nothing goes on after an answer
}

export default {
  async fetch(request, env, context) {
    starting ??= start(env).catch((error) => {
      starting = undefined; // the next request tries again
      throw error;
    });
    const answer = starting.then((app) => app.fetch(request, env, context));
    // Whoever goes away stops what was done for them, not what others wait for, and gives their place back.
    context.waitUntil(answer.catch(() => undefined));
    return answer;
  },
};
