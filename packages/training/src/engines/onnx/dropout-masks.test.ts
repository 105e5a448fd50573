import { expect, it } from 'vitest';
import { createMaskSource } from './dropout-masks.js';

const SIZE = 20_001;
const shareKept = (mask: Uint8Array): number =>
  mask.reduce((sum, value) => sum + value, 0) / mask.length;

it.each([0, 0.3, 0.9])('drops a share of %d', (dropout) => {
  const mask = createMaskSource(1, dropout, SIZE, 2)(0, 0);
  expect(mask).toHaveLength(SIZE);
  // Four standard deviations of a share of 20,001 draws are at most 0.0142.
  expect(Math.abs(shareKept(mask) - (1 - dropout))).toBeLessThan(0.0142);
});

it('draws the same mask again, whatever was drawn before', () => {
  const masks = createMaskSource(1, 0.5, SIZE, 2);
  const first = masks(3, 1);
  masks(9, 0);
  expect(masks(3, 1)).toEqual(first);
  expect(createMaskSource(1, 0.5, SIZE, 2)(3, 1)).toEqual(first);
});

it('draws another mask for another seed, step and layer', () => {
  const masks = createMaskSource(1, 0.5, SIZE, 2);
  const first = masks(3, 1);
  for (const other of [masks(3, 0), masks(4, 1), createMaskSource(2, 0.5, SIZE, 2)(3, 1)]) {
    const equal = first.filter((value, at) => value === other[at]).length / SIZE;
    expect(Math.abs(equal - 0.5)).toBeLessThan(0.0142);
  }
});
