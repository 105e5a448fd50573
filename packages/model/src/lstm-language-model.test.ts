import { readFileSync } from 'node:fs';
import { GraphBuilder, gradients, type Graph, type Value } from '@ostinato/graph';
import { evaluateModel, type ReferenceInput } from '@ostinato/graph/testing';
import { describe, expect, it } from 'vitest';
import { type LstmConfig, lstmParameters } from './lstm-config.js';
import { lstmForward } from './lstm-language-model.js';
import { formulaNumbers } from './testing/index.js';

interface Figures {
  sizes: { V: number; E: number; H: number; L: number; B: number; T: number; scale: number };
  loss: number;
  gradients: Record<string, number[]>;
}

const fixture = new URL('../fixtures/pytorch-lstm.json', import.meta.url);
const figures = (JSON.parse(readFileSync(fixture, 'utf8')) as { gradient: Figures }).gradient;
const { V, E, H, L, B, T, scale } = figures.sizes;

const configOf = (changes: Partial<LstmConfig> = {}): LstmConfig => ({
  kind: 'lstm',
  vocabularySize: V,
  embeddingSize: E,
  hiddenSize: H,
  layers: L,
  dropout: 0,
  tiedOutput: false,
  ...changes,
});

/** Mean cross-entropy of one window and its gradients. */
function lossGraph(config: LstmConfig, { masks = false, resets = false } = {}): Graph {
  const g = new GraphBuilder('test');
  const { hiddenSize, layers } = config;
  const input = (name: string, shape: number[]): Value => g.input(name, 'float32', shape);
  const parameters = new Map(
    lstmParameters(config).map(({ name, shape }) => [name, input(name, [...shape])]),
  );
  const { logits } = lstmForward(g, config, parameters, {
    tokens: g.input('tokens', 'int32', [T, B]),
    state: Array.from({ length: layers }, (_, layer) => ({
      hidden: input(`hidden.${layer}`, [hiddenSize, B]),
      cell: input(`cell.${layer}`, [hiddenSize, B]),
    })),
    ...(resets && {
      keep: g.float(
        [...Array(T * B).keys()].map((at) => (at === 7 ? 0 : 1)),
        [T, 1, B],
      ),
    }),
    ...(masks && {
      dropoutMasks: Array.from({ length: layers }, (_, layer) =>
        g.float(
          [...Array(hiddenSize * B).keys()].map((at) => ((at + layer) % 3 ? 1.5 : 0)),
          [1, hiddenSize, B],
        ),
      ),
    }),
  });
  const targets = g.reshape(g.input('targets', 'int32', [T, B]), [T * B, 1]);
  const picked = g.gatherElements(g.logSoftmax(logits, 1), targets, 1);
  const loss = g.neg(g.div(g.reduceSum(picked, [0, 1]), g.float(T * B)));
  g.output(loss, 'loss');
  const names = [...parameters.keys()];
  for (const [index, slope] of gradients(g, loss, [...parameters.values()]).entries()) {
    g.output(slope, `d.${names[index]}`);
  }
  return g.build();
}

/** Parameters, window and states by the formula, in the order in which the Python script draws them. */
function formulaInputs(config: LstmConfig): Record<string, ReferenceInput> {
  const numbers = formulaNumbers();
  const { hiddenSize, layers, vocabularySize } = config;
  const inputs: Record<string, ReferenceInput> = Object.fromEntries(
    numbers.parameters(config, scale),
  );
  const { tokens, targets } = numbers.window(T, B, vocabularySize);
  inputs['tokens'] = { shape: [T, B], data: tokens };
  inputs['targets'] = { shape: [T, B], data: targets };
  for (const name of ['hidden', 'cell']) {
    for (let layer = 0; layer < layers; layer++) {
      inputs[`${name}.${layer}`] = {
        shape: [hiddenSize, B],
        data: numbers.values(hiddenSize * B, scale),
      };
    }
  }
  return inputs;
}

describe('lstmForward', () => {
  it("agrees with PyTorch's loss and gradients", () => {
    const result = evaluateModel(lossGraph(configOf()), formulaInputs(configOf()));
    // Parameters are rounded to float32 here and not there: 6e-8 each.
    expect(result['loss'].data[0]).toBeCloseTo(figures.loss, 6);
    for (const [name, expected] of Object.entries(figures.gradients)) {
      const found = result[`d.${name}`].data;
      expect(found).toHaveLength(expected.length);
      for (const [at, value] of expected.entries()) {
        expect(Math.abs(found[at] - value), `${name}[${at}]`).toBeLessThan(1e-7);
      }
    }
  });

  it.each([
    ['three layers', { layers: 3 }, {}],
    ['tied output', { tiedOutput: true, embeddingSize: H }, {}],
    ['dropout masks', {}, { masks: true }],
    ['a reset in mid-window', {}, { resets: true }],
  ])('%s: gradients agree with finite differences', (_, changes, options) => {
    const config = configOf(changes);
    const graph = lossGraph(config, options);
    const inputs = formulaInputs(config);
    const found = evaluateModel(graph, inputs);
    const step = 1e-5;
    for (const { name, shape } of lstmParameters(config)) {
      const data = Float64Array.from(inputs[name].data as ArrayLike<number>);
      // Every fifth number: each sees the whole network twice.
      for (let at = 0; at < data.length; at += 5) {
        const lossAt = (value: number): number => {
          const moved = { ...inputs, [name]: { shape, data: data.with(at, value) } };
          return evaluateModel(graph, moved)['loss'].data[0];
        };
        const slope = (lossAt(data[at] + step) - lossAt(data[at] - step)) / (2 * step);
        expect(Math.abs(found[`d.${name}`].data[at] - slope), `${name}[${at}]`).toBeLessThan(1e-8);
      }
    }
  });

  it('names a missing parameter', () => {
    const g = new GraphBuilder('test');
    const state = g.float(Array<number>(H * B).fill(0), [H, B]);
    const inputs = {
      tokens: g.input('tokens', 'int32', [T, B]),
      state: [{ hidden: state, cell: state }],
    };
    expect(() => lstmForward(g, configOf(), new Map(), inputs)).toThrow(
      'parameter lstm.0.input.weight is missing',
    );
  });
});
