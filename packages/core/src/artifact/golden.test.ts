import { describe, expect, it } from 'vitest';
import { createFakeGrammar } from '../testing/fake-grammar.js';
import { createFakeModel } from '../testing/fake-model.js';
import { checkGolden, createGolden, parseGolden } from './golden.js';

const grammar = createFakeGrammar();
const primer = [0, 1, 2];

describe('golden files', () => {
  it('accept the model that made them, after a trip through JSON', async () => {
    const golden = await createGolden(createFakeModel(grammar), { primer, length: 50 });
    expect(golden.compositions.map(({ seed }) => seed)).toEqual([1, 2, 3]);
    expect(golden.logits.map(Math.fround)).toEqual([
      ...(
        await createFakeModel(grammar).consume(Int32Array.from(primer), {
          batch: 1,
          values: new Float32Array(8),
        })
      ).logits,
    ]);
    await checkGolden(createFakeModel(grammar), parseGolden(JSON.stringify(golden)));
  });

  it('refuse another model, by its logits', async () => {
    const golden = await createGolden(createFakeModel(grammar), { primer, length: 5 });
    const other = createFakeModel(grammar, { seed: 2 });
    await expect(checkGolden(other, golden)).rejects.toThrow(
      /golden\.json: logit of token 0: expected/,
    );
  });

  it('refuse other draws, by seed and place', async () => {
    const golden = await createGolden(createFakeModel(grammar), { primer, length: 5, seeds: [9] });
    golden.compositions[0].tokens[3] += 1;
    await expect(checkGolden(createFakeModel(grammar), golden)).rejects.toMatchObject({
      code: 'golden-mismatch',
      message: expect.stringContaining('seed 9, token 3: expected'),
    });
  });

  it('name the place that does not fit the schema', () => {
    const text = JSON.stringify({
      schemaVersion: 1,
      primer: [0],
      logits: [0, 'x'],
      compositions: [],
    });
    expect(() => parseGolden(text)).toThrow(/golden\.json at logits\.1: .*expected number/);
    expect(() => parseGolden('{')).toThrow(/golden\.json: expected JSON/);
  });
});
