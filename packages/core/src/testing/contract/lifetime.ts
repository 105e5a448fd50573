// Contract of calls at the same time, and of `dispose`.
import type { WithModel } from './model-under-test.js';
import type { TestApi } from '../test-api.js';
import { decodeRequest, rejectionOf } from './fixtures.js';

export function describeLifetime({ it, expect }: TestApi, withModel: WithModel): void {
  it(
    'answers calls made at the same time in their order, as if made one by one',
    withModel(async ({ model }) => {
      const requests = [5, 1, 9, 3].map((length, row) => decodeRequest(model, [row], length));
      const expected = [];
      for (const request of requests) expected.push((await model.decode(request)).tokens);

      const finished: number[] = [];
      const results = await Promise.all(
        requests.map(async (request, i) => {
          const { tokens } = await model.decode(request);
          finished.push(i);
          return tokens;
        }),
      );
      expect(results).toEqual(expected);
      expect(finished).toEqual([0, 1, 2, 3]);
    }),
  );

  it(
    'can be disposed of twice, and refuses calls afterwards',
    withModel(async ({ model }) => {
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
    withModel(async ({ model }) => {
      const calls = Array.from({ length: 4 }, () => model.decode(decodeRequest(model, [0], 200)));
      const settled = Promise.allSettled(calls);
      await model.dispose();
      const last = (await settled).at(-1);
      expect(last?.status).toBe('rejected');
    }),
  );
}
