// Contract of arguments: what is outside its range is refused, by a typed error, and does no harm.
import { VocabularyError } from '../../errors.js';
import type { DecodeRequest, ModelState } from '../../model/next-token-model.js';
import type { WithModel } from './model-under-test.js';
import type { TestApi } from '../test-api.js';
import { decodeRequest, rejectionOf } from './fixtures.js';

export function describeArguments({ it, expect }: TestApi, withModel: WithModel): void {
  it(
    'refuses parameters outside their range with a RangeError, and still works',
    withModel(async ({ model }) => {
      const V = model.vocabularySize;
      const wrong: Partial<DecodeRequest>[] = [
        { temperature: 0 },
        { temperature: Number.NaN },
        { topK: 0 },
        { topK: V + 1 },
        { topP: 0 },
        { topP: 1.5 },
        { minP: 1 },
        { uniforms: new Float32Array(0) },
        { uniforms: Float32Array.of(0, 0, 0, 1) },
        { forcedTokens: new Int32Array(3) },
        { counts: Int32Array.of(5) },
        { bias: new Float32Array(V - 1) },
        { bias: new Float32Array(V).fill(Number.NaN) },
        { state: { batch: 1, values: new Float32Array(1) } },
      ];
      for (const change of wrong) {
        const request = decodeRequest(model, [0], 4, change);
        const error = await rejectionOf(() => model.decode(request));
        expect(error instanceof RangeError, `${Object.keys(change)[0]}: ${String(error)}`).toBe(
          true,
        );
      }
      expect((await model.decode(decodeRequest(model, [0], 4))).tokens.length).toBe(4);
    }),
  );

  it(
    'refuses ids outside the vocabulary with a VocabularyError',
    withModel(async ({ model }) => {
      const V = model.vocabularySize;
      const state = model.createState(1);
      const calls = [
        () => model.consume(Int32Array.of(V), state),
        () => model.consume(Int32Array.of(0, -1), state),
        () => model.score(Int32Array.of(0, V), 1),
        () => model.decode(decodeRequest(model, [V], 2)),
        () => model.decode(decodeRequest(model, [0], 2, { forcedTokens: Int32Array.of(-1, V) })),
      ];
      for (const [i, call] of calls.entries()) {
        const error = await rejectionOf(call);
        expect(error instanceof VocabularyError, `call ${i}: ${String(error)}`).toBe(true);
      }
    }),
  );

  it(
    'refuses shapes that do not fit with a RangeError',
    withModel(async ({ model }) => {
      const state = model.createState(2);
      const broken: ModelState = { batch: 3, values: state.values };
      const calls = [
        async () => model.createState(0),
        () => model.consume(new Int32Array(0), state),
        () => model.consume(new Int32Array(3), state),
        () => model.consume(new Int32Array(3), broken),
        () => model.score(Int32Array.of(0), 1),
        () => model.score(new Int32Array(3), 2),
      ];
      for (const [i, call] of calls.entries()) {
        const error = await rejectionOf(call);
        expect(error instanceof RangeError, `call ${i}: ${String(error)}`).toBe(true);
      }
    }),
  );
}
