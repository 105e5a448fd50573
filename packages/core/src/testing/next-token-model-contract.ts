// The contract suite of NextTokenModel: every runtime passes it. See model/next-token-model.ts for the rules.
import { describeArguments } from './contract/arguments.js';
import { describeDecoding } from './contract/decoding.js';
import { describeLifetime } from './contract/lifetime.js';
import { describeStates } from './contract/states.js';
import type { ModelUnderTest, WithModel } from './contract/model-under-test.js';
import type { TestApi } from './test-api.js';

/** Registers the suite. One model serves the tests one after the other: starting some takes longer than a test, and no
 *  call may change what a later one gives. Those of `dispose` have models of their own.
 *  @param createModel makes a model; all of them have the same parameters, V >= 8
 *  @example
 *  nextTokenModelContract({ describe, it, afterAll, expect }, async () => ({ model: await load(), grammar })); */
export function nextTokenModelContract(
  api: TestApi,
  createModel: () => Promise<ModelUnderTest>,
): void {
  let shared: Promise<ModelUnderTest> | undefined;
  const withModel: WithModel = (body) => async () => body(await (shared ??= createModel()));
  const withOwnModel: WithModel = (body) => async () => {
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
    describeLifetime(api, withModel, withOwnModel);
    api.afterAll(async () => (await shared)?.model.dispose());
  });
}
