// Contract of `createState`, `consume` and `score`.
import { allowedAfter, logProbability } from '../../model/decode-by-steps.js';
import { NEXT_TOKEN_MODEL_VERSION } from '../../model/next-token-model.js';
import type { WithModel } from './model-under-test.js';
import type { TestApi } from '../test-api.js';
import {
  allowedIds,
  bitsOf,
  LOGIT_TOLERANCE,
  randomWalk,
  relativeDifference,
  rowOf,
  stackStates,
} from './fixtures.js';

export function describeStates({ it, expect }: TestApi, withModel: WithModel): void {
  it(
    'says its contract version and gives states of equal rows',
    withModel(async ({ model, grammar }) => {
      expect(model.contractVersion).toBe(NEXT_TOKEN_MODEL_VERSION);
      expect(model.vocabularySize).toBe(grammar.stateAfter.length);
      const one = model.createState(1);
      const three = model.createState(3);
      expect(one.batch).toBe(1);
      expect(three.batch).toBe(3);
      expect(three.values).toEqual(stackStates([one, one, one]).values);
    }),
  );

  it(
    'consumes a batch: finite logits [B, V] and a state of the same shape',
    withModel(async ({ model, grammar }) => {
      const state = model.createState(2);
      const tokens = Int32Array.of(
        ...randomWalk(grammar, 0, 5, 1),
        ...randomWalk(grammar, 1, 5, 2),
      );
      const result = await model.consume(tokens, state);
      expect(result.logits.length).toBe(2 * model.vocabularySize);
      expect(result.logits.every(Number.isFinite)).toBe(true);
      expect(result.state.batch).toBe(2);
      expect(result.state.values.length).toBe(state.values.length);
    }),
  );

  it(
    'leaves tokens and states that it was given as they were',
    withModel(async ({ model, grammar }) => {
      const tokens = randomWalk(grammar, 0, 6, 3);
      const first = await model.consume(tokens, model.createState(1));
      const kept = bitsOf(first.state.values);
      const second = await model.consume(tokens, first.state);
      const third = await model.consume(tokens, first.state);
      expect(bitsOf(first.state.values)).toEqual(kept);
      expect(tokens).toEqual(randomWalk(grammar, 0, 6, 3));
      expect(bitsOf(third.logits)).toEqual(bitsOf(second.logits));
      expect(bitsOf(third.state.values)).toEqual(bitsOf(second.state.values));
    }),
  );

  it(
    'remembers: consuming in pieces is consuming at once',
    withModel(async ({ model, grammar }) => {
      const tokens = randomWalk(grammar, 0, 9, 4);
      const whole = await model.consume(tokens, model.createState(1));
      const begun = await model.consume(tokens.slice(0, 4), model.createState(1));
      const pieces = await model.consume(tokens.slice(4), begun.state);
      const forgetful = await model.consume(tokens.slice(4), model.createState(1));
      const apart = relativeDifference(whole.logits, pieces.logits);
      expect(apart).toBeLessThanOrEqual(LOGIT_TOLERANCE);
      expect(relativeDifference(whole.logits, forgetful.logits)).toBeGreaterThan(apart);
    }),
  );

  it(
    'consumes each row of batches of 1 to 8 as if it were alone, bit for bit',
    withModel(async ({ model, grammar }) => {
      const rows = Array.from({ length: 8 }, (_, row) => randomWalk(grammar, row, 5, 10 + row));
      const alone = [];
      for (const row of rows) alone.push(await model.consume(row, model.createState(1)));
      for (let batch = 2; batch <= 8; batch++) {
        const tokens = Int32Array.from(rows.slice(0, batch).flatMap((row) => [...row]));
        const { logits, state } = await model.consume(tokens, model.createState(batch));
        for (let row = 0; row < batch; row++) {
          const name = `row ${row} of ${batch}`;
          expect(bitsOf(rowOf(logits, row, batch)), name).toEqual(bitsOf(alone[row].logits));
          const values = rowOf(state.values, row, batch);
          expect(bitsOf(values), name).toEqual(bitsOf(alone[row].state.values));
        }
      }
    }),
  );

  it(
    "scores a sequence as the logits of consume do, under the grammar's mask",
    withModel(async ({ model, grammar }) => {
      const rows = [randomWalk(grammar, 0, 12, 5), randomWalk(grammar, 1, 12, 6)];
      const scores = await model.score(Int32Array.from(rows.flatMap((row) => [...row])), 2);
      expect(scores.length).toBe(2 * 11);
      for (const [row, tokens] of rows.entries()) {
        let state = model.createState(1);
        for (let i = 0; i < 11; i++) {
          const result = await model.consume(tokens.slice(i, i + 1), state);
          state = result.state;
          const allowed = allowedAfter(grammar, tokens[i]);
          const expected = logProbability(result.logits, tokens[i + 1], allowed);
          const difference = Math.abs(scores[row * 11 + i] - expected);
          expect(difference).toBeLessThanOrEqual(LOGIT_TOLERANCE * Math.max(1, -expected));
        }
      }
    }),
  );

  it(
    'scores a token that the grammar forbids as -Infinity and goes on',
    withModel(async ({ model, grammar }) => {
      const start = Array.from(grammar.stateAfter.keys()).find(
        (id) => allowedIds(grammar, id).length < model.vocabularySize,
      );
      if (start === undefined) return; // this grammar forbids nothing
      const allowed = allowedAfter(grammar, start);
      const forbidden = allowed.indexOf(0);
      const next = allowedIds(grammar, forbidden)[0];
      const scores = await model.score(Int32Array.of(start, forbidden, next), 1);
      expect(scores[0]).toBe(-Infinity);
      expect(Number.isFinite(scores[1])).toBe(true);
    }),
  );
}
