import { expect, it } from 'vitest';
import { Silence, waitedForCores } from './silence.js';

/** @param waits of each interval, milliseconds; undefined: nobody knows
 *  @returns intervals until it is stuck */
function intervalsUntilStuck(waits: number | undefined, overload = 1): number {
  let waited = waits === undefined ? undefined : 0;
  const silence = new Silence(
    () => waited,
    () => overload,
  );
  silence.begin();
  for (let intervals = 1; intervals < 1000; intervals++) {
    if (waited !== undefined) waited += waits!;
    if (silence.goesOn()) return intervals;
  }
  return Infinity;
}

it.each([
  ['does nothing, or computes for ever', 0, 1, 8],
  ['does nothing on a busy machine', 0, 5, 8],
  ['waits for a core half of the time', 62.5, 5, 16],
  ['only waits for a core', 125, 5, Infinity],
  ['waits with several threads', 300, 5, Infinity],
  ['nobody knows about', undefined, 1, 8],
  ['nobody knows about on a busy machine', undefined, 3, 24],
])('a process that %s', (_, waits, overload, intervals) => {
  expect(intervalsUntilStuck(waits, overload)).toBe(intervals);
});

it('begins anew with every answer', () => {
  const silence = new Silence(() => 0);
  for (let answers = 0; answers < 3; answers++) {
    silence.begin();
    for (let i = 0; i < 7; i++) expect(silence.goesOn()).toBe(false);
  }
});

it.runIf(process.platform === 'linux')('reads how long a process has waited', () => {
  expect(waitedForCores(process.pid)).toBeGreaterThan(0);
  expect(waitedForCores(2 ** 30)).toBeUndefined();
});
