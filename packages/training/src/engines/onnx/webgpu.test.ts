// The engine on WebGPU. Without a GPU this is a software adapter: correct, and slow.
import { encodeModel, type Model } from '@ostinato/graph';
import type { LstmConfig } from '@ostinato/model';
import { InferenceSession } from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { trainingEngineContract } from '../../testing/engine-contract.js';
import { haveWebGpuAdapter } from '../../testing/webgpu-adapter.js';
import { createOnnxEngine } from './onnx-engine.js';
import { openProvider } from './provider.js';
import {
  buildEvaluationGraph,
  buildGradientGraph,
  buildTrainingGraph,
  buildUpdateGraph,
} from './training-graph.js';
import { finished, type GraphForm, newBuilder, type WindowOptions } from './window-graph.js';

const CONFIG: LstmConfig = {
  kind: 'lstm',
  vocabularySize: 7,
  embeddingSize: 5,
  hiddenSize: 5,
  layers: 2,
  dropout: 0.3,
  tiedOutput: true,
};
const OPTIMIZER = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, clipNorm: 1 };

describe.runIf(await haveWebGpuAdapter())('webgpu', async () => {
  const provider = openProvider('webgpu');
  // While a session lives, so do the device and the shaders compiled for it; compiling takes seconds in software.
  const kept = await provider.createSession(smallModel());
  afterAll(() => kept.release());

  trainingEngineContract(
    'onnx, webgpu',
    (request) => createOnnxEngine({ ...request, device: 'webgpu' }),
    { describe, expect, it },
  );

  it('leaves no operator to the CPU', async () => {
    for (const model of allGraphs(provider.form)) {
      const session = await createWithoutCpu(model);
      await session.release();
    }
    // What the elementary form avoids, so that this test can fail.
    const [withAllOperators] = allGraphs({ form: 'unrolled', operators: 'all' });
    await expect(createWithoutCpu(withAllOperators)).rejects.toThrow('fallback to CPU');
  });
});

function smallModel(): Model {
  const g = newBuilder('small', {});
  g.output(g.input('x', 'float32', [1]));
  return finished(g);
}

/** With a window of more steps than one shader can bind. */
function allGraphs(form: GraphForm): Model[] {
  const window: WindowOptions = {
    config: CONFIG,
    steps: 9,
    batch: 3,
    dropoutMask: 'step',
    ...form,
  };
  return [
    buildTrainingGraph(window, OPTIMIZER),
    buildGradientGraph(window),
    buildUpdateGraph(CONFIG, OPTIMIZER, form),
    buildEvaluationGraph(window),
  ];
}

function createWithoutCpu(model: Model): Promise<InferenceSession> {
  return InferenceSession.create(encodeModel(model), {
    executionProviders: ['webgpu'],
    graphOptimizationLevel: 'basic',
    logSeverityLevel: 4,
    extra: { session: { disable_cpu_ep_fallback: '1' } },
  });
}
