// Training steps of the `onnx` engine and of PyTorch in turn, on the same sizes.
import { createRandom } from '@ostinato/core';
import { initializeParameters, type LstmConfig } from '@ostinato/model';
import { type Batch, createOnnxEngine, type TrainingEngine } from '@ostinato/training';
import { matrixPeak } from './matrix-peak.js';
import { median, type Spread, spread } from './statistics.js';
import type { TorchPeer } from './torch-peer.js';

/** Letters as PyTorch's side has them: vocabulary, embedding, hidden, layers, batch, steps of a window. */
export interface TrainSizes {
  readonly V: number;
  readonly E: number;
  readonly H: number;
  readonly L: number;
  readonly B: number;
  readonly T: number;
}

export interface TrainResult {
  readonly sizes: TrainSizes;
  readonly threads: number;
  /** Tokens a second. */
  readonly oursTokensPerSecond: Spread;
  readonly torchTokensPerSecond?: Spread;
  /** Ours over PyTorch's, round by round. */
  readonly timesFaster?: Spread;
  /** What our graph computes in matrix products, GFLOP/s at the median rate. */
  readonly gflops: number;
  readonly peakGflops: { readonly onnxruntime: number; readonly torch?: number };
}

const STEPS_PER_ROUND = 3;

export async function benchmarkTraining(
  sizes: TrainSizes,
  threads: number,
  rounds: number,
  torch: TorchPeer | undefined,
): Promise<TrainResult> {
  const engine = await createEngine(sizes, threads);
  const batch = randomBatch(sizes);
  const ours: number[] = [];
  const theirs: number[] = [];
  const tokens = sizes.B * sizes.T;
  // The first round warms both up and does not count.
  for (let round = -1; round < rounds; round++) {
    const rate = tokens / median(await timeSteps(engine, batch));
    const request = { op: 'train', ...sizes, steps: STEPS_PER_ROUND };
    const answer = await torch?.ask<{ seconds: number[] }>(request);
    if (round < 0) continue;
    ours.push(rate);
    if (answer) theirs.push(tokens / median(answer.seconds));
  }
  await engine.dispose();
  const peak = await torch?.ask<{ gflops: number }>({ op: 'peak' });
  return {
    sizes,
    threads,
    oursTokensPerSecond: spread(ours),
    ...(torch && {
      torchTokensPerSecond: spread(theirs),
      timesFaster: spread(ours.map((rate, round) => rate / (theirs[round] ?? Number.NaN))),
    }),
    gflops: (flopsPerToken(sizes) * median(ours)) / 1e9,
    peakGflops: {
      onnxruntime: await matrixPeak(threads),
      ...(peak && { torch: peak.gflops }),
    },
  };
}

async function timeSteps(engine: TrainingEngine, batch: Batch): Promise<number[]> {
  const seconds: number[] = [];
  for (let step = 0; step < STEPS_PER_ROUND; step++) {
    const start = performance.now();
    await engine.step(batch, { learningRate: 1e-3 });
    seconds.push((performance.now() - start) / 1e3);
  }
  return seconds;
}

function createEngine({ V, E, H, L, B, T }: TrainSizes, threads: number): Promise<TrainingEngine> {
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
  return createOnnxEngine({
    config,
    batch: B,
    steps: T,
    seed: 1,
    threads,
    optimizer: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.01, clipNorm: 1 },
    parameters: initializeParameters(config, () => random.uniformAt(drawn++)),
  });
}

function randomBatch({ V, B, T }: TrainSizes): Batch {
  const random = createRandom(2);
  const ids = (first: number) =>
    Int32Array.from({ length: T * B }, (_, index) => random.integerAt(first + index, V));
  const ones = () => new Float32Array(T * B).fill(1);
  const [tokens, targets] = [ids(0), ids(T * B)];
  return { steps: T, batch: B, tokens, targets, weights: ones(), keep: ones() };
}

/** Matrix products of a step, forward and backward, for each token; what is elementwise does not count. The products
 *  with the embedding are made once a step for each id of the vocabulary. */
function flopsPerToken({ V, E, H, L, B, T }: TrainSizes): number {
  const product = (rows: number, columns: number) => 2 * rows * columns;
  const recurrent = 3 * L * product(4 * H, H);
  const input = 3 * (L - 1) * product(4 * H, H);
  const output = 3 * product(H, V);
  const lookup = product(4 * H, V); // the gradient of the lookup is a one-hot product
  const table = (3 * product(4 * H, E) * V) / (B * T);
  return recurrent + input + output + lookup + table;
}
