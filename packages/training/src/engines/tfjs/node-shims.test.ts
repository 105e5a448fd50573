import util from 'node:util';
import { expect, it } from 'vitest';
import { restoreRemovedUtilities } from './node-shims.js';

const NAMES = ['isArray', 'isNullOrUndefined'];

it('puts back what newer versions of Node removed, and leaves what is there', () => {
  const target = util as Record<string, unknown>;
  const before = NAMES.map((name) => target[name]);
  const { inspect } = target;
  try {
    for (const name of NAMES) Reflect.deleteProperty(target, name);
    restoreRemovedUtilities();
    const isNullOrUndefined = target['isNullOrUndefined'] as (value: unknown) => boolean;
    const isArray = target['isArray'] as (value: unknown) => boolean;
    expect([null, undefined, 0, '', false].map(isNullOrUndefined)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect([isArray([]), isArray({ length: 0 })]).toEqual([true, false]);
    expect(target['inspect']).toBe(inspect);
    const restored = target['isArray'];
    restoreRemovedUtilities();
    expect(target['isArray']).toBe(restored);
  } finally {
    for (const [index, name] of NAMES.entries()) target[name] = before[index];
  }
});
