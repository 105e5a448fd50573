import { readFileSync } from 'node:fs';
import type { LstmConfig } from '@ostinato/model';
import { formulaNumbers } from '@ostinato/model/testing';
import { expect, it } from 'vitest';
import { ReferenceTraining } from './reference-training.js';

interface Figures {
  sizes: Record<'V' | 'E' | 'H' | 'L' | 'B' | 'T' | 'scale' | 'windows', number>;
  learningRate: number;
  losses: number[];
  gradientNorms: number[];
}

const fixture = new URL('../../../model/fixtures/pytorch-lstm.json', import.meta.url);
const figures = (JSON.parse(readFileSync(fixture, 'utf8')) as { trajectory: Figures }).trajectory;
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

it('follows the trajectory of float64 PyTorch for 50 steps', () => {
  const numbers = formulaNumbers();
  const optimizer = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 };
  const training = new ReferenceTraining(config, B, optimizer, numbers.parameters(config, scale));
  const ones = new Float32Array(T * B).fill(1);
  const batches = Array.from({ length: windows }, () => ({
    ...numbers.window(T, B, V),
    steps: T,
    batch: B,
    weights: ones,
    keep: ones,
  }));
  for (const [step, expected] of figures.losses.entries()) {
    const { loss, gradientNorm } = training.step(batches[step % windows], figures.learningRate);
    // PyTorch starts from the numbers themselves, this from their float32: 6e-8 apart, and more with every update.
    expect(Math.abs(loss - expected), `loss at step ${step}`).toBeLessThan(1e-6);
    expect(Math.abs(gradientNorm / figures.gradientNorms[step] - 1)).toBeLessThan(1e-5);
  }
});
