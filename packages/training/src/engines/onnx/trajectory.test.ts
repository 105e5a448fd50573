// Two threads, fifty steps: wrong gradients that come from a race between threads show up only in such a run.
import { readFileSync } from 'node:fs';
import type { LstmConfig } from '@ostinato/model';
import { formulaNumbers } from '@ostinato/model/testing';
import { expect, it } from 'vitest';
import { createOnnxEngine } from './onnx-engine.js';

interface Figures {
  sizes: Record<'V' | 'E' | 'H' | 'L' | 'B' | 'T' | 'scale' | 'windows', number>;
  learningRate: number;
  losses: number[];
  gradientNorms: number[];
}

const fixture = new URL('../../../../model/fixtures/pytorch-lstm.json', import.meta.url);
const figures = (JSON.parse(readFileSync(fixture, 'utf8')) as { trajectory: Figures }).trajectory;

it.each(['scan', 'unrolled'] as const)(
  'follows the trajectory of float64 PyTorch for 50 steps on two threads (%s)',
  async (form) => {
    const { V, E, H, L, B, T, scale, windows } = figures.sizes;
    const config: LstmConfig = {
      kind: 'lstm',
      vocabularySize: V,
      embeddingSize: E,
      hiddenSize: H,
      layers: L,
      dropout: 0,
      tiedOutput: false,
    };
    const numbers = formulaNumbers();
    const engine = await createOnnxEngine({
      config,
      batch: B,
      steps: T,
      seed: 1,
      optimizer: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 },
      parameters: numbers.parameters(config, scale),
      threads: 2,
      form,
    });
    const ones = new Float32Array(T * B).fill(1);
    const batches = Array.from({ length: windows }, () => {
      const { tokens, targets } = numbers.window(T, B, V);
      return { steps: T, batch: B, tokens, targets, weights: ones, keep: ones };
    });
    for (const [step, expected] of figures.losses.entries()) {
      const { learningRate } = figures;
      const { loss, gradientNorm } = await engine.step(batches[step % windows], { learningRate });
      // float32 against float64: the difference grows with every update, to about 2e-5 by step 50.
      expect(Math.abs(loss - expected), `loss at step ${step}`).toBeLessThan(2e-4);
      expect(gradientNorm / figures.gradientNorms[step] - 1).toBeLessThan(2e-3);
    }
    await engine.dispose();
  },
);
