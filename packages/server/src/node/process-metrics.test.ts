import { expect, it } from 'vitest';
import { observeProcess } from './process-metrics.js';

it('tells what the process takes', async () => {
  const text = await observeProcess()();
  expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
  expect(text).toMatch(/^process_cpu_seconds_total \S+$/m);
  expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds \S+$/m);
});
