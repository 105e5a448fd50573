import { describe, expect, it } from 'vitest';
import {
  resolveTrainOptions,
  type TrainOptionsInput,
  trainOptionsSchema,
} from './train-options.js';

describe('resolveTrainOptions', () => {
  it.each<[string, TrainOptionsInput, RegExp]>([
    ['no steps', { steps: 0 }, /option steps: .*>=1/],
    ['a negative batch', { batch: -4 }, /option batch: /],
    ['a share of more than all', { labelDropout: 1.5 }, /option labelDropout: /],
    ['a micro batch that does not divide', { batch: 10, microBatch: 4 }, /divisor.* 10, found 4/],
    ['a micro batch larger than the batch', { batch: 4, microBatch: 8 }, /divisor.* 4, found 8/],
    [
      'a rate that would rise',
      { peakLearningRate: 0.001, finalLearningRate: 0.01 },
      /option finalLearningRate: expected at most the peak of 0\.001, found 0\.01/,
    ],
    ['a schedule nobody knows', { schedule: 'linear' as 'cosine' }, /option schedule: .*cosine/],
    ['a factor that does not cut', { plateauFactor: 1 }, /option plateauFactor: /],
  ])('refuses %s by name', (_what, given, message) => {
    expect(() => resolveTrainOptions(given)).toThrow(
      expect.objectContaining({ code: 'bad-option', message: expect.stringMatching(message) }),
    );
  });

  it('ends at the peak where the default final rate is above it', () => {
    expect(resolveTrainOptions({ peakLearningRate: 1e-5 }).finalLearningRate).toBe(1e-5);
    expect(resolveTrainOptions({}).finalLearningRate).toBe(3e-5);
  });

  it('keeps what a run has, and lets change how long it is and how much memory it takes', () => {
    const stored = resolveTrainOptions({ steps: 10, batch: 8, schedule: 'plateau' });
    expect(resolveTrainOptions({}, stored)).toEqual(stored);
    const changed = { steps: 20, earlyStopping: 3, microBatch: 2, keepCheckpoints: 9 };
    expect(resolveTrainOptions(changed, stored)).toEqual({ ...stored, ...changed });
    expect(() => resolveTrainOptions({ schedule: 'constant' }, stored)).toThrow(
      /schedule: this run has plateau, asked for constant/,
    );
    expect(() => resolveTrainOptions({ tempoStretch: 0.1 }, stored)).toThrow(/tempoStretch/);
  });

  it('reads what an earlier release stored, whose rates were not compared', () => {
    // Without what this release has added; the schema fills it in where a run is read.
    const { schedule: _, plateauPatience: __, ...old } = resolveTrainOptions({});
    const text = JSON.stringify({ ...old, peakLearningRate: 1e-5, finalLearningRate: 3e-5 });
    const stored = trainOptionsSchema.parse(JSON.parse(text));
    const expected = { schedule: 'cosine', peakLearningRate: 1e-5, finalLearningRate: 3e-5 };
    expect(resolveTrainOptions({}, stored)).toMatchObject(expected);
  });
});
