// Random inputs for a converted model, with the sizes that it leaves open chosen.
import { type Random } from '@ostinato/core';
import type { Dimension, Shape } from '@ostinato/graph';
import type { InputPort } from './types.js';

/** Numbers for one input; token ids and other integers as whole numbers. */
export interface InputNumbers {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Of the steps of a sequence, how many are all zeros or the token 0: what masks ask for. */
const ZERO_SHARE = 0.25;
/** For integers that are no token ids. */
const INTEGERS_BELOW = 4;

/** Sizes instead of names.
 *  @param batch for axis 0
 *  @param length for the others: equal ones, since models add and join their inputs */
export function closeShape(
  shape: Shape,
  { batch, length }: { readonly batch: number; readonly length: number },
): number[] {
  const size = (dimension: Dimension, axis: number): number =>
    typeof dimension === 'number' ? dimension : axis === 0 ? batch : length;
  return shape.map(size);
}

/** Draws one input: floats in -1..1, token ids below the size of their table.
 *  @param random numbers from `first` on are used
 *  @returns also the index of the next unused number */
export function drawInput(
  { dataType, indexBelow }: Pick<InputPort, 'dataType' | 'indexBelow'>,
  shape: readonly number[],
  random: Random,
  first: number,
): InputNumbers & { readonly next: number } {
  const count = shape.reduce((product, size) => product * size, 1);
  const isInteger = dataType !== 'float32' || indexBelow !== undefined;
  const below = dataType === 'bool' ? 2 : (indexBelow ?? INTEGERS_BELOW);
  // A step is a token, or a row of features.
  const width = isInteger ? 1 : shape.length > 2 ? shape.at(-1)! : count;
  let next = first;
  const data = new Float32Array(count);
  for (let start = 0; start < count; start += width) {
    const isZero = width < count && random.uniformAt(next++) < ZERO_SHARE;
    for (let index = start; index < start + width; index++) {
      const value = isInteger ? random.integerAt(next, below) : 2 * random.uniformAt(next) - 1;
      next++;
      data[index] = isZero ? 0 : value;
    }
  }
  return { shape, data, next };
}
