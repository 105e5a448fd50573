import { expect, it } from 'vitest';
import { flopsPerToken, parseTrainSizes } from './train-sizes.js';

it('reads layers, hidden units and batch', () => {
  expect(parseTrainSizes('3x1024:128')).toEqual({ V: 400, E: 1024, H: 1024, L: 3, B: 128, T: 128 });
});

it.each(['', '2x512', '0x512:32', '2x512:', '2x512:32:1', 'x'])('refuses "%s"', (text) => {
  expect(() => parseTrainSizes(text)).toThrow('as 2x512:32');
});

it('counts the products of a step: forward once, backward twice', () => {
  const { H, V, E } = { H: 3, V: 5, E: 2 };
  const sizes = { V, E, H, L: 1, B: 1, T: 1 };
  // Recurrence and output, the lookup's one-hot product, the table of the embedding.
  const expected = 3 * 2 * 4 * H * H + 3 * 2 * H * V + 2 * 4 * H * V + 3 * 2 * 4 * H * E * V;
  expect(flopsPerToken(sizes)).toBe(expected);
});
