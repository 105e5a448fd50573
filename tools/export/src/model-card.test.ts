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
  config: tinyConfig,
  precision: 'int8',
  parity: {
    tokens: 64,
    largestLogit: 3.04,
    trainedToStep: 2.5e-6,
    trainedToChunk: 2.2e-6,
    stepToChunk: 2.6e-6,
    draws: { tokens: 3000, seeds: [1, 2, 3], ties: 1, different: 0 },
    storage: { largest: 0.046, mean: 0.0075 },
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
    ['files', '| `step.onnx` | 1,234 |'],
    ['ties', 'the same 2,999 of 3,000 tokens, the others within rounding'],
  ])('says %s', (_, text) => {
    expect(card).toContain(text);
  });

  it('does not speak of ties where there are none', () => {
    const draws = { ...facts.parity.draws, ties: 0 };
    const text = modelCard({ ...facts, parity: { ...facts.parity, draws } });
    expect(text).toContain('drew the same 3,000 tokens over seeds 1, 2, 3.');
  });
});
