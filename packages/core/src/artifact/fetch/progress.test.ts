import { expect, it } from 'vitest';
import { createProgressMeter, type DownloadProgress } from './progress.js';

it('tells bytes, rate and the time that is left, and counts what was there already as done', () => {
  const seen: DownloadProgress[] = [];
  let now = 5000;
  const meter = createProgressMeter(
    1000,
    (progress) => seen.push(progress),
    () => now,
  );
  meter.at('a', 400, 0); // from the cache
  expect(seen.at(-1)).toEqual({
    file: 'a',
    bytesDone: 400,
    bytesTotal: 1000,
    bytesPerSecond: 0,
    secondsLeft: Infinity,
  });
  now += 2000;
  meter.at('b', 200, 200);
  expect(seen.at(-1)).toMatchObject({ bytesDone: 600, bytesPerSecond: 100, secondsLeft: 4 });
  now += 1000;
  meter.at('b', 0, 0); // begun anew
  expect(seen.at(-1)).toMatchObject({ bytesDone: 400 });
  meter.at('b', 600, 600);
  expect(seen.at(-1)).toMatchObject({ bytesDone: 1000, secondsLeft: 0 });
});
