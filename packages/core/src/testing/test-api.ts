// The part of vitest that the contract suites use, so that core does not depend on vitest.

/** `describe`, `it`, `afterAll` and `expect` of vitest (or of anything that looks like it). */
export interface TestApi {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void>): void;
  /** What to do when the tests of the `describe` around it are over. */
  afterAll(body: () => Promise<void>): void;
  expect(actual: unknown, message?: string): Expectation;
}

interface Expectation {
  toBe(expected: unknown): void;
  toEqual(expected: unknown): void;
  toBeLessThanOrEqual(limit: number): void;
  toBeGreaterThan(limit: number): void;
}
