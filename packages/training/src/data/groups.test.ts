import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyGroups } from './groups.js';

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

describe('KeyGroups', () => {
  it('leaves a key alone that was never joined', () => {
    expect(new KeyGroups().representative('a')).toBe('a');
  });

  it('joins through others, under the smallest key', () => {
    const groups = new KeyGroups();
    groups.join(['c', 'd']);
    groups.join(['b', 'e']);
    groups.join(['d', 'e']);
    groups.join(['x', 'y']);
    expect(['b', 'c', 'd', 'e'].map((key) => groups.representative(key))).toEqual([
      'b',
      'b',
      'b',
      'b',
    ]);
    expect(groups.representative('y')).toBe('x');
  });

  it('does not depend on the order of the joins', () => {
    const keys = fc.array(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(keys, { maxLength: 12 }), (joins) => {
        const forwards = new KeyGroups();
        for (const join of joins) forwards.join(join);
        const backwards = new KeyGroups();
        for (const join of joins.toReversed()) backwards.join(join);
        for (const key of KEYS) {
          expect(backwards.representative(key)).toBe(forwards.representative(key));
        }
      }),
    );
  });
});
