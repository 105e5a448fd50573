// What is tried of a device before training on it: a matrix product, and a small training step. It runs in a process of
// its own (device-trial-process.ts), because a driver that fails may take its process along.
import { performance } from 'node:perf_hooks';
import { GraphBuilder } from '@ostinato/graph';
import { initializeParameters, type LstmConfig } from '@ostinato/model';
import { Tensor } from 'onnxruntime-node';
import { TrainingError } from '../../trainer/training-error.js';
import { createOnnxEngine } from './onnx-engine.js';
import { openProvider, type TrainingDevice } from './provider.js';
import { finished } from './window-graph.js';

export interface TrialRequest {
  readonly device: Exclude<TrainingDevice, 'cpu'>;
  /** Whether to compare it with the CPU in a training step. */
  readonly compare: boolean;
}

export interface TrialReport {
  /** Milliseconds of a product of two 512 x 512 matrices. */
  readonly productMs: Timings;
  /** Milliseconds of a training step; not taken of a device that loses in the product already. */
  readonly stepMs?: Timings;
}

interface Timings {
  readonly device: number;
  readonly cpu: number;
}

/** Rows of the product: large enough that a GPU wins, small enough that a software adapter needs no second. */
const SIZE = 512;
/** Multiplications and additions of the product. */
export const PRODUCT_FLOPS = 2 * SIZE ** 3;
/** Large enough that products count beside launches: 2.6 x 10^9 multiplications and additions with the backward pass. */
const NETWORK: LstmConfig = {
  kind: 'lstm',
  vocabularySize: 256,
  embeddingSize: 512,
  hiddenSize: 512,
  layers: 1,
  dropout: 0,
  tiedOutput: true,
};
const WINDOW = { steps: 12, batch: 32 };
/** The fastest of so many counts: what else runs on the machine only makes it slower. */
const REPEATS = 3;
/** Nothing is repeated after this long. */
const LONG_ENOUGH_MS = 300;

/** @throws {TrainingError} `device` if the device is not there or computes wrong numbers */
export async function tryDevice({ device, compare }: TrialRequest): Promise<TrialReport> {
  const productMs = { device: await timeProduct(device), cpu: await timeProduct('cpu') };
  if (!compare || productMs.device >= productMs.cpu) return { productMs };
  return { productMs, stepMs: { device: await timeStep(device), cpu: await timeStep('cpu') } };
}

/** Milliseconds of a product of two 512 x 512 matrices, the fastest of a few. Every element of the product of a matrix of
 *  `value` with one of ones is `value` times its size.
 *  @param threads of the CPU; default: one for each core */
export async function timeProduct(device: TrainingDevice, threads?: number): Promise<number> {
  const g = new GraphBuilder('product');
  const shape = [SIZE, SIZE];
  g.output(g.matMul(g.input('a', 'float32', shape), g.input('b', 'float32', shape)), 'c');
  const session = await openProvider(device, threads).createSession(finished(g));
  const filled = (value: number) =>
    new Tensor('float32', new Float32Array(SIZE * SIZE).fill(value), shape);
  const feeds = { a: filled(0.5), b: filled(1) };
  const milliseconds = await fastest(async () => {
    const { c } = await session.run(feeds);
    if ((c.data as Float32Array).every((value) => value === SIZE / 2)) return;
    throw new TrainingError('device', `device ${device}: computes wrong numbers; train on cpu`);
  });
  await session.release();
  return milliseconds;
}

async function timeStep(device: TrainingDevice): Promise<number> {
  const engine = await createOnnxEngine({
    config: NETWORK,
    ...WINDOW,
    seed: 1,
    optimizer: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 },
    parameters: initializeParameters(NETWORK, () => 0.25),
    device,
  });
  const length = WINDOW.steps * WINDOW.batch;
  const batch = {
    ...WINDOW,
    tokens: new Int32Array(length),
    targets: new Int32Array(length),
    weights: new Float32Array(length).fill(1),
    keep: new Float32Array(length).fill(1),
  };
  const milliseconds = await fastest(async () => {
    const { loss } = await engine.step(batch, { learningRate: 1e-3 });
    if (Number.isFinite(loss)) return;
    throw new TrainingError('device', `device ${device}: computes wrong numbers; train on cpu`);
  });
  await engine.dispose();
  return milliseconds;
}

/** Milliseconds of the fastest of several runs, after one to warm up. */
async function fastest(run: () => Promise<void>): Promise<number> {
  await run();
  let [best, spent] = [Number.POSITIVE_INFINITY, 0];
  for (let repeat = 0; repeat < REPEATS && spent < LONG_ENOUGH_MS; repeat++) {
    const start = performance.now();
    await run();
    const milliseconds = performance.now() - start;
    best = Math.min(best, milliseconds);
    spent += milliseconds;
  }
  return best;
}
