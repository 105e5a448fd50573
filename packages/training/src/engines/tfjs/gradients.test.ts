// The gradient of every engine beside TF.js's own differentiation of an LSTM written out plainly. Its rules come with
// @tensorflow/tfjs, which the native packages bring.
import { initializeParameters, type LstmConfig, type NamedTensors } from '@ostinato/model';
import { formulaNumbers } from '@ostinato/model/testing';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../data/batch.js';
import type { EngineFactory, EngineRequest } from '../engine-factory.js';
import { createOnnxEngine } from '../onnx/onnx-engine.js';
import { loadNativePackage } from './native-package.js';
import type { Scalar, Tensor, Tensor2D, Tf } from './tf.js';
import { createTfjsEngine } from './tfjs-engine.js';

const [V, E, H, T, B] = [9, 6, 4, 6, 3];
const CONFIG: LstmConfig = {
  kind: 'lstm',
  vocabularySize: V,
  embeddingSize: E,
  hiddenSize: H,
  layers: 2,
  dropout: 0,
  tiedOutput: false,
};
const BETA1 = 0.9;

const native = await loadNativePackage();
const absent = native.tf ? '' : `; skipped: ${native.reason}`;

describe.skipIf(absent)(`TF.js's own differentiation as the referee${absent}`, () => {
  it.each<[string, EngineFactory]>([
    ['onnx', (request) => createOnnxEngine({ ...request, threads: 1 })],
    ['tfjs, wasm', (request) => createTfjsEngine({ ...request, backend: 'wasm' })],
    ['tfjs, tensorflow', (request) => createTfjsEngine({ ...request, backend: 'tensorflow' })],
  ])('%s has the same gradient of every parameter', async (_, createEngine) => {
    const engine = await createEngine(REQUEST);
    await engine.step(BATCH, { learningRate: 0 });
    const { moments } = await engine.exportState();
    await engine.dispose();
    const { tf } = native as { tf: Tf };
    await tf.setBackend('tensorflow');
    for (const [name, expected] of plainGradients(tf, REQUEST.parameters)) {
      // Nothing is clipped, so after the first step Adam's mean is the gradient times (1 - beta1).
      const found = moments.get(`first.${name}`)!.data;
      expect(found).toHaveLength(expected.length);
      const worst = Math.max(
        ...expected.map((slope, at) => Math.abs(found[at] / (1 - BETA1) - slope)),
      );
      // Gradients up to 0.2 in float32, summed over 18 tokens in another order.
      expect(worst).toBeLessThan(1e-6);
      expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(1e-3);
    }
  });
});

const REQUEST: EngineRequest = {
  config: CONFIG,
  batch: B,
  steps: T,
  seed: 1,
  optimizer: { beta1: BETA1, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, clipNorm: 1e9 },
  parameters: initialParameters(),
};
const BATCH: Batch = {
  steps: T,
  batch: B,
  ...formulaNumbers().window(T, B, V),
  weights: Float32Array.from({ length: T * B }, (_, at) => (at === 7 ? 0 : 1)),
  // The second sequence begins anew at the fourth step.
  keep: Float32Array.from({ length: T * B }, (_, at) => (at < B || at === 3 * B + 1 ? 0 : 1)),
};

function initialParameters(): NamedTensors {
  const numbers = formulaNumbers();
  return initializeParameters(CONFIG, () => numbers.values(1, 1)[0] + 0.5);
}

/** By `tf.grads` of the equations as @ostinato/model states them: columns, and gates i, o, f, c. */
function plainGradients(tf: Tf, parameters: NamedTensors): Map<string, Float32Array> {
  const names = [...parameters.keys()];
  const gradients = tf.tidy(() => {
    const values = names.map((name) => {
      const { shape, data } = parameters.get(name)!;
      return tf.tensor(data, [...shape]);
    });
    return tf.grads((...args: Tensor[]) =>
      plainLoss(tf, new Map(names.map((name, index) => [name, args[index] as Tensor2D]))),
    )(values);
  });
  return new Map(names.map((name, index) => [name, gradients[index].dataSync<'float32'>()]));
}

function plainLoss(tf: Tf, parameters: ReadonlyMap<string, Tensor2D>): Scalar {
  const named = (name: string): Tensor2D => parameters.get(name)!;
  const column = (name: string): Tensor => tf.expandDims(named(name), 1);
  const states = Array.from({ length: CONFIG.layers }, () => ({
    hidden: tf.zeros([H, B]),
    cell: tf.zeros([H, B]),
  }));
  const losses: Tensor[] = [];
  for (let t = 0; t < T; t++) {
    const of = <A extends Int32Array | Float32Array>(matrix: A): A =>
      matrix.subarray(t * B, (t + 1) * B) as A;
    const keep = tf.tensor2d(of(BATCH.keep), [1, B]);
    let x = tf.transpose(
      tf.gather(named('embedding.weight'), tf.tensor1d(of(BATCH.tokens), 'int32')),
    );
    for (const [layer, state] of states.entries()) {
      const before = tf.mul(state.hidden, keep);
      const sums = tf.addN([
        tf.matMul(named(`lstm.${layer}.input.weight`), x),
        tf.matMul(named(`lstm.${layer}.recurrent.weight`), before as Tensor2D),
        tf.mul(column(`lstm.${layer}.bias`), tf.ones([1, B])),
      ]);
      const [i, o, f, c] = tf.split(sums, 4, 0);
      const kept = tf.mul(tf.sigmoid(f), tf.mul(state.cell, keep));
      state.cell = tf.add(kept, tf.mul(tf.sigmoid(i), tf.tanh(c)));
      state.hidden = tf.mul(tf.sigmoid(o), tf.tanh(state.cell));
      x = state.hidden as Tensor2D;
    }
    const logits = tf.add(tf.matMul(named('output.weight'), x), column('output.bias')); // [V, B]
    const places = tf.oneHot(tf.tensor1d(of(BATCH.targets), 'int32'), V); // [B, V]
    const picked = tf.sum(tf.mul(tf.logSoftmax(tf.transpose(logits)), places), 1);
    losses.push(tf.neg(tf.sum(tf.mul(picked, tf.tensor1d(of(BATCH.weights))))));
  }
  return tf.div(
    tf.addN(losses),
    BATCH.weights.reduce((a, b) => a + b, 0),
  );
}
