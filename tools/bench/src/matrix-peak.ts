// The machine's matrix peak as ONNX Runtime reaches it: what a product of large matrices gives.
import { encodeModel, GraphBuilder, OPSET } from '@ostinato/graph';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const SIZE = 1024;
const REPEATS = 20;

/** @returns the best of several products, in GFLOP/s */
export async function matrixPeak(threads: number): Promise<number> {
  const g = new GraphBuilder('peak');
  const shape = [SIZE, SIZE];
  const product = g.matMul(g.input('a', 'float32', shape), g.input('b', 'float32', shape));
  g.output(g.sumOfSquares(product), 'y'); // a scalar: copying the product out is not what is measured
  const model = encodeModel({
    graph: g.build(),
    opset: OPSET,
    metadata: new Map(),
    producerName: 'ostinato-bench',
    producerVersion: '1',
  });
  const session = await InferenceSession.create(model, { intraOpNumThreads: threads });
  const matrix = new Tensor('float32', new Float32Array(SIZE * SIZE).fill(0.5), shape);
  let best = Number.POSITIVE_INFINITY;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const start = performance.now();
    await session.run({ a: matrix, b: matrix });
    best = Math.min(best, performance.now() - start);
  }
  await session.release();
  return (2 * SIZE ** 3) / best / 1e6;
}
