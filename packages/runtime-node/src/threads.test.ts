import { expect, it } from 'vitest';
import { defaultProcesses } from './threads.js';

it.each([
  [1, 1],
  [2, 2],
  [4, 4],
  [6, 4],
  [16, 4],
  [17, 5],
  [64, 16],
])('an engine on %d cores has %d processes', (cores, processes) => {
  expect(defaultProcesses(cores)).toBe(processes);
});
