import { describe, expect, it } from 'vitest';
import { type CardFacts, modelCard } from './model-card.js';
import { tinyConfig } from './testing/random-network.js';

const facts: CardFacts = {
  about: {
    name: 'sonatas',
    description: 'Sonatas for a test.',
    licence: 'CC-BY-4.0',
    attribution: 'By nobody.',
    training: {
      data: 'a | b\nc',
      steps: 12_000,
      tokens: 3_456_000,
      metrics: { validationLoss: 1.23456789 },
      hardware: 'two cores, an hour',
    },
    commands: ['ostinato train --data corpus --out run', 'ostinato export run --out sonatas'],
  },
  architecture: tinyConfig,
  graphs: [
    {
      file: 'step.onnx',
      bytes: 1234,
      sha256: '0'.repeat(64),
      kind: 'step',
      precision: 'int8',
      opset: 18,
      runtimes: ['node-cpu', 'web-wasm'],
    },
  ],
  report: {
    evaluatedOn: 'pieces of a test',
    tokens: 1500,
    trainedNatsPerToken: 1.5,
    forms: [
      {
        precision: 'int8',
        parity: {
          tokens: 64,
          largestLogit: 3.04,
          trainedToStep: 2.5e-6,
          trainedToChunk: 2.2e-6,
          stepToChunk: 2.6e-6,
          draws: { tokens: 3000, seeds: [1, 2, 3], ties: 1, different: 0 },
        },
        logitErrors: { largest: 0.046, mean: 0.0075 },
        natsPerToken: 1.5005,
      },
    ],
  },
  files: [{ name: 'step.onnx', content: new Uint8Array(1234) }],
};

describe('modelCard', () => {
  const card = modelCard(facts);

  it.each([
    ['data, with what would break the table escaped', '| Data | a \\| b c |'],
    ['steps', '| Steps | 12,000 |'],
    ['hardware', '| Hardware | two cores, an hour |'],
    ['figures', '| validationLoss | 1.23457 |'],
    ['licence and attribution', 'CC-BY-4.0. By nobody.'],
    ['the commands', 'ostinato train --data corpus --out run\nostinato export run'],
    ['forms', '| int8 | 1,234 | 4.6e-2 | 7.5e-3 | 1.5005 | 4.4839 |'],
    ['what was measured', 'means over 1,500 tokens of pieces of a test.'],
    [
      'files',
      '| `step.onnx` | 1,234 | int8: consumes tokens, gives logits and state; for node-cpu, web-wasm |',
    ],
    ['ties', 'the same 2,999 of 3,000 tokens, the others within rounding'],
  ])('says %s', (_, text) => {
    expect(card).toContain(text);
  });

  it('does not speak of ties where there are none', () => {
    const [form] = facts.report.forms;
    const parity = { ...form.parity, draws: { ...form.parity.draws, ties: 0 } };
    const text = modelCard({ ...facts, report: { ...facts.report, forms: [{ ...form, parity }] } });
    expect(text).toContain('drew the same 3,000 tokens over seeds 1, 2, 3.');
    expect(text).not.toContain('tokens/s');
  });

  it('says how fast each form was where it was measured', () => {
    const [form] = facts.report.forms;
    const forms = [{ ...form, tokensPerSecond: 8765 }];
    const text = modelCard({ ...facts, report: { ...facts.report, forms } });
    expect(text).toContain('| 4.4839 | 8,765 |');
    expect(text).toContain('tokens/s are those of one sequence');
  });
});
