// The contract suite of NextTokenModel: every runtime passes it. See model/next-token-model.ts for the rules.
import { describeArguments } from './contract/arguments.js';
import { describeDecoding } from './contract/decoding.js';
import { describeLifetime } from './contract/lifetime.js';
import { describeStates } from './contract/states.js';
import type { ModelUnderTest, WithModel } from './contract/model-under-test.js';
import type { TestApi } from './test-api.js';

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
