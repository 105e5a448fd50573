// One of our training engines as a process that answers JSON lines, as python/peer.py does for PyTorch.
//   node engine-process.js ENGINE THREADS
import { createInterface } from 'node:readline';
import { createRandom } from '@ostinato/core';
import { initializeParameters, type LstmConfig } from '@ostinato/model';
import {
  type Batch,
  createOnnxEngine,
  createTfjsEngine,
  type EngineFactory,
  type TrainingEngine,
} from '@ostinato/training';
import type { TrainSizes } from '../train-sizes.js';

const [engineName = '', threadsText = '1'] = process.argv.slice(2);
const threads = Number(threadsText);

const FACTORIES: Readonly<Record<string, EngineFactory>> = {
  'onnx-cpu': (request) => createOnnxEngine({ ...request, threads, device: 'cpu' }),
  'onnx-webgpu': (request) => createOnnxEngine({ ...request, threads, device: 'webgpu' }),
  'onnx-cuda': (request) => createOnnxEngine({ ...request, threads, device: 'cuda' }),
  'tfjs-wasm': (request) => createTfjsEngine({ ...request, backend: 'wasm' }),
  'tfjs-tensorflow': (request) => createTfjsEngine({ ...request, backend: 'tensorflow' }),
};

type Request =
  | { readonly op: 'info' | 'memory' }
  | ({ readonly op: 'train'; readonly steps: number } & TrainSizes);

let engine: TrainingEngine | undefined;
let made = '';

async function answer(request: Request): Promise<object> {
  switch (request.op) {
    case 'info':
      return { description: (await create({ V: 4, E: 4, H: 4, L: 1, B: 1, T: 2 })).description };
    case 'memory':
      return { mebibytes: process.resourceUsage().maxRSS / 1024 };
    case 'train': {
      const { op: _, steps, ...sizes } = request;
      const current = await create(sizes);
      const batch = randomBatch(sizes);
      const seconds: number[] = [];
      for (let step = 0; step < steps; step++) {
        const start = performance.now();
        await current.step(batch, { learningRate: 1e-3 });
        seconds.push((performance.now() - start) / 1e3);
      }
      return { seconds };
    }
  }
}

async function create(sizes: TrainSizes): Promise<TrainingEngine> {
  const wanted = JSON.stringify(sizes);
  if (engine && made === wanted) return engine;
  await engine?.dispose();
  const factory = FACTORIES[engineName];
  if (!factory) {
    throw new Error(
      `no engine is called ${engineName}; there are ${Object.keys(FACTORIES).join(', ')}`,
    );
  }
  const { V, E, H, L, B, T } = sizes;
  const config: LstmConfig = {
    kind: 'lstm',
    vocabularySize: V,
    embeddingSize: E,
    hiddenSize: H,
    layers: L,
    dropout: 0,
    tiedOutput: false,
  };
  const random = createRandom(1);
  let drawn = 0;
  engine = await factory({
    config,
    batch: B,
    steps: T,
    seed: 1,
    optimizer: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.01, clipNorm: 1 },
    parameters: initializeParameters(config, () => random.uniformAt(drawn++)),
  });
  made = wanted;
  return engine;
}

function randomBatch({ V, B, T }: TrainSizes): Batch {
  const random = createRandom(2);
  const ids = (first: number) =>
    Int32Array.from({ length: T * B }, (_, index) => random.integerAt(first + index, V));
  const ones = () => new Float32Array(T * B).fill(1);
  const [tokens, targets] = [ids(0), ids(T * B)];
  return { steps: T, batch: B, tokens, targets, weights: ones(), keep: ones() };
}

for await (const line of createInterface({ input: process.stdin })) {
  const found = await answer(JSON.parse(line) as Request).catch((error: unknown) => ({
    error: error instanceof Error ? error.message : String(error),
  }));
  process.stdout.write(`${JSON.stringify(found)}\n`);
}
await engine?.dispose();
