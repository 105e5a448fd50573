// What the contract's tests are given.
import type { NextTokenModel } from '../../model/next-token-model.js';
import type { Grammar } from '../../tokenizer/grammar.js';

/** A model under test. The suite disposes of it. */
export interface ModelUnderTest {
  readonly model: NextTokenModel;
  /** The grammar that the model's draws and scores obey. */
  readonly grammar: Grammar;
}

/** Runs a test's body with a model. */
export type WithModel = (body: (subject: ModelUnderTest) => Promise<void>) => () => Promise<void>;
