export { checkGolden } from '../artifact/golden.js';
export { createFakeGrammar } from './fake-grammar.js';
export type { FakeModelOptions } from './fake-model.js';
export { createFakeModel } from './fake-model.js';
export type { ModelUnderTest } from './contract/model-under-test.js';
export { nextTokenModelContract } from './next-token-model-contract.js';
export type { TestApi } from './test-api.js';
