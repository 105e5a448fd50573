import { describe, expect, it } from 'vitest';
import { ModelConfigError } from './errors.js';
import { initializeParameters } from './initialize.js';
import { type LstmConfig, lstmParameters } from './lstm-config.js';
import { presetConfig } from './presets.js';
import { validateLstmConfig } from './validate-config.js';

const config: LstmConfig = {
  kind: 'lstm',
  vocabularySize: 60,
  embeddingSize: 32,
  hiddenSize: 48,
  layers: 2,
  dropout: 0,
  tiedOutput: false,
};

/** A small congruential generator: enough for spreads, fixed for ever. */
function uniforms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function deviation(data: Float32Array): number {
  let sum = 0;
  for (const value of data) sum += value * value;
  return Math.sqrt(sum / data.length);
}

describe('initializeParameters', () => {
  const parameters = initializeParameters(config, uniforms(1));
  const tensor = (name: string): Float32Array => {
    const found = parameters.get(name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found.data;
  };

  it('gives every parameter in order, in its shape', () => {
    expect([...parameters].map(([name, { shape }]) => ({ name, shape }))).toEqual(
      lstmParameters(config),
    );
  });

  it('opens the forget gates and leaves the other biases at zero', () => {
    const bias = tensor('lstm.1.bias');
    expect([...bias.subarray(96, 144)]).toEqual(Array(48).fill(1));
    expect([...bias.subarray(0, 96), ...bias.subarray(144)]).toEqual(Array(144).fill(0));
    expect(tensor('output.bias').every((value) => value === 0)).toBe(true);
  });

  // 5 %: the spread of a sample of some 1,500 uniform numbers is within about 2 % of its expectation.
  it.each([
    ['embedding.weight', 1],
    ['lstm.0.input.weight', Math.sqrt(2 / (32 + 48))],
    ['lstm.1.input.weight', Math.sqrt(2 / (48 + 48))],
    ['lstm.0.recurrent.weight', 1 / Math.sqrt(3 * 48)],
    ['output.weight', Math.sqrt(2 / (48 + 60))],
  ])('draws %s with its standard deviation', (name, expected) => {
    const ratio = deviation(tensor(name)) / expected;
    expect(ratio).toBeGreaterThan(0.95);
    expect(ratio).toBeLessThan(1.05);
  });

  it('keeps the embedding small where it is the output too', () => {
    const tied = initializeParameters(
      { ...config, embeddingSize: 48, tiedOutput: true },
      uniforms(1),
    );
    const ratio = deviation(tied.get('embedding.weight')!.data) * Math.sqrt(48);
    expect(Math.abs(ratio - 1)).toBeLessThan(0.05);
  });

  it('gives the same parameters for the same draws', () => {
    expect(initializeParameters(config, uniforms(1))).toEqual(parameters);
    expect(initializeParameters(config, uniforms(2))).not.toEqual(parameters);
  });
});

describe('validateLstmConfig', () => {
  it.each<[string, Partial<LstmConfig>, RegExp]>([
    ['a vocabulary of one', { vocabularySize: 1 }, /vocabularySize .* 2\.\.65536, found 1/],
    ['a fractional size', { hiddenSize: 1.5 }, /hiddenSize/],
    ['an absurd size', { embeddingSize: 1e9 }, /embeddingSize/],
    ['no layer', { layers: 0 }, /layers/],
    ['dropout of everything', { dropout: 1 }, /dropout .* \[0, 1\)/],
    ['NaN', { dropout: NaN }, /dropout/],
    ['tied sizes that differ', { tiedOutput: true }, /32 and 48/],
  ])('refuses %s', (_what, change, message) => {
    const act = (): void => validateLstmConfig({ ...config, ...change });
    expect(act).toThrow(ModelConfigError);
    expect(act).toThrow(message);
  });
});

describe('presetConfig', () => {
  it.each([
    ['tiny', 128, 1],
    ['small', 256, 2],
    ['base', 512, 2],
    ['large', 1024, 3],
  ])('makes a valid %s', (name, hiddenSize, layers) => {
    const preset = presetConfig(name, 400);
    expect(() => validateLstmConfig(preset)).not.toThrow();
    expect(preset).toMatchObject({ hiddenSize, layers, vocabularySize: 400 });
  });

  it('names the presets there are', () => {
    expect(() => presetConfig('toString', 400)).toThrow(/tiny, small, base, large/);
  });
});
