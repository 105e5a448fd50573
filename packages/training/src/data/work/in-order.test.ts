import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { inOrder } from './in-order.js';

const numbers = Array.from({ length: 20 }, (_, i) => i);

it('gives results in the order of the items, whenever they are done', async () => {
  const work = async (item: number): Promise<number> => {
    await wait((item * 7) % 5);
    return item * item;
  };
  const results: (readonly [number, number])[] = [];
  for await (const result of inOrder(numbers, 4, work)) results.push(result);
  expect(results).toEqual(numbers.map((item) => [item, item * item]));
});

it('never begins more than the window ahead', async () => {
  let begun = 0;
  let given = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++begun - given);
  };
  for await (const _ of inOrder(numbers, 4, work)) given++;
  expect(most).toBe(4);
});

it('throws what the work threw, when its turn comes', async () => {
  const seen: number[] = [];
  const run = async (): Promise<void> => {
    const work = async (item: number): Promise<void> => {
      if (item === 2) throw new Error('two');
    };
    for await (const [item] of inOrder(numbers, 4, work)) seen.push(item);
  };
  await expect(run()).rejects.toThrow('two');
  expect(seen).toEqual([0, 1]);
});
