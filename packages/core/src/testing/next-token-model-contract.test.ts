import { afterAll, describe, expect, it } from 'vitest';
import type { NextTokenModel } from '../model/next-token-model.js';
import { createFakeGrammar } from './fake-grammar.js';
import { createFakeModel } from './fake-model.js';
import { nextTokenModelContract } from './next-token-model-contract.js';
import type { TestApi } from './test-api.js';

const grammar = createFakeGrammar();

describe('the fake model', () => {
  nextTokenModelContract({ describe, it, afterAll, expect }, async () => ({
    model: createFakeModel(grammar),
    grammar,
  }));
});

describe('the suite', () => {
  /** Runs the suite on a spoilt model and gives the names of the tests that fail. */
  async function failuresOf(spoil: (model: NextTokenModel) => Partial<NextTokenModel>) {
    const tests: [string, () => Promise<void>][] = [];
    const collect: TestApi = {
      describe: (_, body) => body(),
      it: (name, body) => tests.push([name, body]),
      afterAll: () => undefined,
      expect,
    };
    nextTokenModelContract(collect, async () => {
      const model = createFakeModel(grammar);
      return { model: { ...model, ...spoil(model) }, grammar };
    });
    const failed: string[] = [];
    for (const [name, body] of tests) await body().catch(() => failed.push(name));
    return failed;
  }

  it('passes a model that is not spoilt', async () => {
    expect(await failuresOf(() => ({}))).toEqual([]);
  });

  it.each<[string, RegExp, (model: NextTokenModel) => Partial<NextTokenModel>]>([
    [
      'ignores the bias',
      /bias forbids/,
      (model) => ({ decode: ({ bias: _, ...request }) => model.decode(request) }),
    ],
    [
      'ignores top-p',
      /sampleToken draw with .*topP/,
      (model) => ({ decode: (request) => model.decode({ ...request, topP: 1 }) }),
    ],
    [
      'ignores counts',
      /freezes a row/,
      (model) => ({ decode: ({ counts: _, ...request }) => model.decode(request) }),
    ],
    [
      'ignores forced tokens',
      /mask and bias forbid/,
      (model) => ({ decode: ({ forcedTokens: _, ...request }) => model.decode(request) }),
    ],
    [
      'changes the state it is given',
      /as they were/,
      (model) => ({
        consume: async (tokens, state) => {
          const result = await model.consume(tokens, state);
          state.values.set(result.state.values);
          return result;
        },
      }),
    ],
    [
      'forgets',
      /remembers/,
      (model) => ({ consume: (t, { batch }) => model.consume(t, model.createState(batch)) }),
    ],
    [
      'takes the state of the call before',
      /in pieces|as if it were alone/,
      (model) => {
        let last = model.createState(1);
        return {
          consume: async (tokens, state) => {
            const result = await model.consume(tokens, state.batch === 1 ? last : state);
            if (state.batch === 1) last = result.state;
            return result;
          },
        };
      },
    ],
    [
      'ignores the signal',
      /signal's reason/,
      (model) => ({ decode: ({ signal: _, ...request }) => model.decode(request) }),
    ],
    ['survives dispose', /when it is disposed of/, () => ({ dispose: async () => undefined })],
  ])('notices a model that %s', async (_, failing, spoil) => {
    expect(await failuresOf(spoil)).toContainEqual(expect.stringMatching(failing));
  });
});
