import { expect, it } from 'vitest';
import { estimateStepSeconds } from './step-time.js';

it('takes a step for slower than a lone product of as much work, by a factor that is not absurd', async () => {
  const seconds = await estimateStepSeconds(1e9, 1);
  // From 10^8 to 10^12 multiplications and additions a second: any machine, busy or not.
  expect(seconds).toBeGreaterThan(1e-3);
  expect(seconds).toBeLessThan(10);
});
