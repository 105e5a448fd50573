import { LSTM_PRESETS } from '@ostinato/model';
import { type Run, trainOptionsSchema } from '@ostinato/training';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from './settings.js';
import { effectiveSettings, readTrainConfig } from './train-config.js';

const given = { data: ['corpora/a'], out: 'runs/a' };
const run: Run = {
  config: { ...LSTM_PRESETS.tiny, vocabularySize: 300, hiddenSize: 96 },
  tokenizerHash: 'a',
  corpusHash: 'b',
  options: trainOptionsSchema.parse({ steps: 77, schedule: 'plateau' }),
  engine: 'onnx, cpu, 2 threads',
};

describe('settings', () => {
  it('have one for every option of the trainer and every size of the network', () => {
    const options = SETTINGS.flatMap(({ option }) => option ?? []);
    expect(options.toSorted()).toEqual(Object.keys(trainOptionsSchema.shape).toSorted());
    const sizes = SETTINGS.flatMap(({ size }) => size ?? []);
    expect(['kind', ...sizes].toSorted()).toEqual(Object.keys(LSTM_PRESETS.tiny).toSorted());
    expect(new Set(SETTINGS.map(({ key }) => key)).size).toBe(SETTINGS.length);
  });
});

describe('readTrainConfig', () => {
  it('gives the trainer only what was asked for', () => {
    expect(readTrainConfig(given, undefined)).toMatchObject({
      data: [{ folder: 'corpora/a', weight: 1 }],
      out: 'runs/a',
      sizes: LSTM_PRESETS.small,
      options: {},
      report: true,
      engine: undefined,
      device: undefined,
    });
  });

  it('changes a preset by sizes that are given', () => {
    const values = { ...given, preset: 'tiny', hidden: 96, dropout: 0.5 };
    expect(readTrainConfig(values, undefined).sizes).toEqual({
      ...LSTM_PRESETS.tiny,
      hiddenSize: 96,
      dropout: 0.5,
    });
  });

  it('leaves the network of a run that goes on alone, or names all of it', () => {
    expect(readTrainConfig(given, run).sizes).toBeUndefined();
    const { vocabularySize: _, ...sizes } = run.config;
    expect(readTrainConfig({ ...given, layers: 3 }, run).sizes).toEqual({ ...sizes, layers: 3 });
    expect(readTrainConfig({ ...given, preset: 'base' }, run).sizes).toEqual(LSTM_PRESETS.base);
  });

  it.each([
    ['--data <DIR[=WEIGHT]>', { out: 'runs/a' }],
    ['--out <DIR>', { data: ['corpora/a'] }],
  ])('asks for %s', (flag, values) => {
    expect(() => readTrainConfig(values, undefined)).toThrow(`required option '${flag}'`);
  });
});

describe('effectiveSettings', () => {
  it('names everything, and is its own effect', () => {
    const values = { ...given, preset: 'tiny', 'learning-rate': 1e-5 };
    const settings = effectiveSettings(values, undefined);
    expect(settings).toMatchObject({
      hidden: 128,
      steps: 3000,
      'learning-rate': 1e-5,
      'final-learning-rate': 1e-5,
      report: true,
      engine: 'onnx',
      device: 'auto',
    });
    const missing = SETTINGS.filter(({ key }) => settings[key] === undefined).map(({ key }) => key);
    // Sizes stand for the preset; the others have no value of their own by default.
    expect(missing).toEqual(['preset', 'micro-batch', 'threads']);
    expect(effectiveSettings(settings, undefined)).toEqual(settings);
  });

  it('are those of the run that goes on', () => {
    expect(effectiveSettings(given, run)).toMatchObject({
      hidden: 96,
      steps: 77,
      schedule: 'plateau',
    });
    expect(() => effectiveSettings({ ...given, schedule: 'cosine' }, run)).toThrow(
      /this run has plateau/,
    );
  });
});
