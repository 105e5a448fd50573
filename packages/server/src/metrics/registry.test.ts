import { expect, it } from 'vitest';
import { createMetricRegistry } from './registry.js';

it('writes counters, gauges and histograms as Prometheus reads them', () => {
  const registry = createMetricRegistry();
  const requests = registry.counter({ name: 'requests_total', help: 'All.', labels: ['route'] });
  const plain = registry.counter({ name: 'plain_total', help: 'Without labels.' });
  const seconds = registry.histogram(
    { name: 'seconds', help: 'Long.', labels: ['route'] },
    [0.5, 1],
  );
  let gauge = 0;
  registry.read({ name: 'open', help: 'Now.', labels: ['kind'] }, 'gauge', () => [[['a'], gauge]]);

  requests.add(1, '/a');
  requests.add(2, '/a');
  requests.add(1, 'a "quote", a \\ and a\nline');
  plain.add(0.5);
  for (const value of [0.1, 0.5, 0.7, 3]) seconds.observe(value, '/a');
  gauge = 3;

  expect(registry.text()).toBe(`# HELP requests_total All.
# TYPE requests_total counter
requests_total{route="/a"} 3
requests_total{route="a \\"quote\\", a \\\\ and a\\nline"} 1
# HELP plain_total Without labels.
# TYPE plain_total counter
plain_total 0.5
# HELP seconds Long.
# TYPE seconds histogram
seconds_bucket{route="/a",le="0.5"} 2
seconds_bucket{route="/a",le="1"} 3
seconds_bucket{route="/a",le="+Inf"} 4
seconds_sum{route="/a"} 4.3
seconds_count{route="/a"} 4
# HELP open Now.
# TYPE open gauge
open{kind="a"} 3
`);
});
