// The contract suite of NextTokenModel: every runtime passes it. See model/next-token-model.ts for the rules.
import type { Grammar } from '../tokenizer/grammar.js';
import { describeArguments } from './contract/arguments.js';
import { describeDecoding } from './contract/decoding.js';
import { describeLifetime } from './contract/lifetime.js';
import { describeStates } from './contract/states.js';
import type { NextTokenModel } from '../model/next-token-model.js';
import type { TestApi } from './test-api.js';

/** A model under test. The suite disposes of it. */
export interface ModelUnderTest {
  readonly model: NextTokenModel;
  /** The grammar that the model's draws and scores obey. */
  readonly grammar: Grammar;
}

/** Runs a test's body with a model of its own, which is disposed of afterwards. */
export type WithModel = (body: (subject: ModelUnderTest) => Promise<void>) => () => Promise<void>;

/** Registers the suite.
 *  @param createModel makes a fresh model for each test; all of them have the same parameters, V >= 8
 *  @example
 *  nextTokenModelContract({ describe, it, expect }, async () => ({ model: await load(), grammar })); */
export function nextTokenModelContract(
  api: TestApi,
  createModel: () => Promise<ModelUnderTest>,
): void {
  const withModel: WithModel = (body) => async () => {
    const subject = await createModel();
    try {
      await body(subject);
    } finally {
      await subject.model.dispose();
    }
  };
  api.describe('NextTokenModel contract', () => {
    describeStates(api, withModel);
    describeDecoding(api, withModel);
    describeArguments(api, withModel);
    describeLifetime(api, withModel);
  });
}
