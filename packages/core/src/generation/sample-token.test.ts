import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from './random.js';
import { sampleToken } from './sample-token.js';

const UNCUT = { temperature: 1, topK: 1000, topP: 1, minP: 0 };
/** Logits whose softmax is these probabilities. */
const logitsOf = (...probabilities: number[]) => Float32Array.from(probabilities, Math.log);
const ALMOST_ONE = 1 - 2 ** -24;

describe('sampleToken', () => {
  it.each([
    { name: 'starts with the likeliest', u: 0, expected: 1 },
    { name: 'stays on it below its probability', u: 0.49, expected: 1 },
    { name: 'goes to the next one above it', u: 0.51, expected: 2 },
    { name: 'ends with the least likely', u: ALMOST_ONE, expected: 0 },
  ])('$name', ({ u, expected }) => {
    expect(sampleToken(logitsOf(0.2, 0.5, 0.3), u, UNCUT)).toBe(expected);
  });

  it('orders equal logits by id', () => {
    const logits = new Float32Array(4);
    expect([0, 0.25, 0.5, 0.75].map((u) => sampleToken(logits, u, UNCUT))).toEqual([0, 1, 2, 3]);
  });

  it.each([
    { name: 'top-k 1 keeps the best', cut: { topK: 1 }, last: 0 },
    { name: 'top-k 2 keeps two', cut: { topK: 2 }, last: 1 },
    { name: 'top-p keeps the token that crosses the limit', cut: { topP: 0.5 }, last: 1 },
    { name: 'top-p below the best keeps the best', cut: { topP: 0.1 }, last: 0 },
    {
      name: 'top-p that is reached exactly keeps no more',
      cut: { topP: 0.25 },
      last: 0,
      even: true,
    },
    { name: 'min-p keeps tokens at least that likely', cut: { minP: 0.6 }, last: 1 },
    {
      name: 'min-p keeps a token exactly that likely',
      cut: { minP: 1 - 2 ** -24 },
      last: 3,
      even: true,
    },
    { name: 'the shortest cut wins', cut: { topK: 3, topP: 0.95, minP: 0.6 }, last: 1 },
  ])('$name', ({ cut, last, even }) => {
    const logits = even ? new Float32Array(4) : logitsOf(0.4, 0.3, 0.2, 0.1);
    expect(sampleToken(logits, ALMOST_ONE, { ...UNCUT, ...cut })).toBe(last);
  });

  it('never draws what the mask or the bias forbids', () => {
    const logits = Float32Array.of(9, 1, 2, 3);
    const allowed = Uint8Array.of(0, 1, 1, 1);
    const bias = Float32Array.of(0, 0, 0, -Infinity);
    for (const u of createRandom(1).uniforms(0, 200)) {
      expect([1, 2]).toContain(sampleToken(logits, u, UNCUT, { allowed, bias }));
    }
    expect(sampleToken(logits, ALMOST_ONE, UNCUT, { allowed, bias })).toBe(1);
  });

  it('does not draw tokens whose probability is zero in float32', () => {
    expect(sampleToken(Float32Array.of(0, -1000), ALMOST_ONE, UNCUT)).toBe(0);
  });

  it('tells the tokens of a long tail apart as exactly as their probabilities are known', () => {
    const logits = Float32Array.from({ length: 400 }, (_, id) => (id === 0 ? 12 : -id / 100));
    const weights = Array.from(logits, Math.exp);
    const from = (id: number): number => weights.slice(id).reduce((sum, one) => sum + one, 0);
    for (let ulps = 1; ulps < 200; ulps++) {
      const uncovered = ulps * 2 ** -24;
      const id = sampleToken(logits, 1 - uncovered, UNCUT);
      const border = uncovered * from(0);
      expect(from(id) / border, `${ulps}`).toBeGreaterThan(1 - 1e-5);
      expect(from(id + 1) / border, `${ulps}`).toBeLessThan(1 + 1e-5);
    }
  });

  it('sharpens below temperature 1 and flattens above', () => {
    const logits = logitsOf(0.6, 0.4);
    expect(sampleToken(logits, 0.65, { ...UNCUT, temperature: 0.5 })).toBe(0); // 0.36 : 0.16
    expect(sampleToken(logits, 0.65, UNCUT)).toBe(1);
    expect(sampleToken(logits, 0.55, { ...UNCUT, temperature: 2 })).toBe(0); // 0.775 : 0.632
    expect(sampleToken(logits, 0.56, { ...UNCUT, temperature: 2 })).toBe(1);
  });

  it('draws each token as often as its probability says', () => {
    const probabilities = [0.1, 0.2, 0.3, 0.4];
    const logits = logitsOf(...probabilities);
    const counts = [0, 0, 0, 0];
    for (const u of createRandom('frequencies').uniforms(0, 20_000)) {
      counts[sampleToken(logits, u, UNCUT)]++;
    }
    // Standard deviation of a share is at most 0.0035; four of them.
    probabilities.forEach((p, id) => expect(Math.abs(counts[id] / 20_000 - p)).toBeLessThan(0.014));
  });

  it('gives an allowed id for any logits and settings', () => {
    const settings = fc.record({
      temperature: fc.double({ min: 0.01, max: 100, noNaN: true }),
      topK: fc.integer({ min: 1, max: 12 }),
      topP: fc.double({ min: 1e-6, max: 1, noNaN: true }),
      minP: fc.double({ min: 0, max: 0.999, noNaN: true }),
    });
    const logits = fc.float32Array({
      minLength: 12,
      maxLength: 12,
      min: -100,
      max: 100,
      noNaN: true,
    });
    const allowed = fc
      .uint8Array({ minLength: 12, maxLength: 12, max: 1 })
      .filter((row) => row.includes(1));
    fc.assert(
      fc.property(logits, settings, allowed, fc.nat(2 ** 24 - 1), (values, parameters, row, n) => {
        const id = sampleToken(values, n / 2 ** 24, parameters, { allowed: row });
        expect(row[id]).toBe(1);
      }),
    );
  });

  it('refuses an empty choice and broken logits', () => {
    const nothing = { allowed: new Uint8Array(2) };
    expect(() => sampleToken(new Float32Array(2), 0, UNCUT, nothing)).toThrow(/leave no token/);
    expect(() => sampleToken(Float32Array.of(Number.NaN), 0, UNCUT)).toThrow(/finite logits/);
  });
});
