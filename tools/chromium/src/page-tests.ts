// For scripts that are bundled into a page: tests that are registered there as with vitest and run when Node asks for them.
import type { TestApi } from '@ostinato/core/testing';
import { equals, iterableEquality } from '@vitest/expect';

type Bodies = Map<string, () => Promise<void>>;

const page = globalThis as typeof globalThis & { ostinatoTests?: Bodies };

/** What contract suites are registered with inside a page. The other half is `inPage`. */
export const pageTests: TestApi = {
  describe: (_, body) => body(),
  it: (name, body) => {
    const bodies = (page.ostinatoTests ??= new Map());
    if (bodies.has(name)) throw new Error(`two tests have the name "${name}"`);
    bodies.set(name, body);
  },
  afterAll: () => undefined, // what a page holds ends with it
  expect: (actual, message = '') => {
    const check = (holds: boolean, what: string, expected: unknown): void => {
      if (holds) return;
      const found = `expected ${show(actual)} ${what} ${show(expected)}`;
      throw new Error(message ? `${message}: ${found}` : found);
    };
    return {
      toBe: (expected) => check(Object.is(actual, expected), 'to be', expected),
      toEqual: (expected) =>
        check(equals(actual, expected, [iterableEquality]), 'to equal', expected),
      toBeLessThanOrEqual: (limit) => check(Number(actual) <= limit, 'to be at most', limit),
      toBeGreaterThan: (limit) => check(Number(actual) > limit, 'to be more than', limit),
    };
  },
};

function show(value: unknown): string {
  const text = ArrayBuffer.isView(value)
    ? `${value.constructor.name} [${[...(value as Float32Array)].join(', ')}]`
    : (JSON.stringify(value) ?? String(value));
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
