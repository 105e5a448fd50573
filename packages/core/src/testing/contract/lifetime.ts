// Contract of calls at the same time, of signals, and of `dispose`.
import type { WithModel } from './model-under-test.js';
import type { TestApi } from '../test-api.js';
import { decodeRequest, rejectionOf } from './fixtures.js';

/** @param withOwnModel gives a test a model that it may dispose of */
export function describeLifetime(
  { it, expect }: TestApi,
  withModel: WithModel,
  withOwnModel: WithModel,
): void {
  it(
    'answers calls made at the same time as if they were made one by one',
    withModel(async ({ model }) => {
      const requests = [5, 1, 9, 3].map((length, row) => decodeRequest(model, [row], length));
      const expected = [];
      for (const request of requests) expected.push((await model.decode(request)).tokens);
      const results = await Promise.all(
        requests.map(async (request) => (await model.decode(request)).tokens),
      );
      expect(results).toEqual(expected);
    }),
  );

  it(
    "rejects a call with its signal's reason, and the other calls do not notice",
    withModel(async ({ model }) => {
      const request = decodeRequest(model, [0], 20);
      const alone = await model.decode(request);
      const abort = new AbortController();
      const reason = new Error('enough');
      const { signal } = abort;
      const tokens = new Int32Array(20);
      const stopped = [
        () => model.decode({ ...decodeRequest(model, [1, 2], 200), signal }),
        () => model.consume(tokens, model.createState(1), { signal }),
        () => model.score(tokens, 1, { signal }),
      ];
      const waiting = Promise.all(stopped.map(rejectionOf));
      const others = [model.decode(request), model.decode(request)];
      abort.abort(reason);
      expect(await waiting).toEqual([reason, reason, reason]);
      expect(await Promise.all(stopped.map(rejectionOf))).toEqual([reason, reason, reason]);
      expect(await Promise.all(others)).toEqual([alone, alone]);
    }),
  );

  it(
    'can be disposed of twice, and refuses calls afterwards',
    withOwnModel(async ({ model }) => {
      const request = decodeRequest(model, [0], 2);
      await model.dispose();
      await model.dispose();
      await model[Symbol.asyncDispose]();
      const error = await rejectionOf(() => model.decode(request));
      expect(error instanceof Error, `after dispose: ${String(error)}`).toBe(true);
    }),
  );

  it(
    'settles every call that waits when it is disposed of',
    withOwnModel(async ({ model }) => {
      const calls = Array.from({ length: 4 }, () => model.decode(decodeRequest(model, [0], 200)));
      const settled = Promise.allSettled(calls);
      await model.dispose();
      const last = (await settled).at(-1);
      expect(last?.status).toBe('rejected');
    }),
  );
}
