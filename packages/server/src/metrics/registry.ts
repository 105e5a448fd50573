// Counters, gauges and histograms, and their text form for Prometheus
// (https://prometheus.io/docs/instrumenting/exposition_formats/). It needs nothing of the runtime.

/** Values of the labels, in the order of their names. */
type LabelValues = readonly string[];

interface Counter {
  /** @param labels as many as the counter has */
  add(count: number, ...labels: string[]): void;
}

interface Histogram {
  observe(value: number, ...labels: string[]): void;
}

interface MetricFacts {
  readonly name: string;
  readonly help: string;
  /** Names of labels. Their values come from short lists: models, routes, outcomes. Default: none. */
  readonly labels?: readonly string[];
}

/** What is read when somebody asks: by label values. */
export type Reading = Iterable<readonly [labels: LabelValues, value: number]>;

export interface MetricRegistry {
  counter(facts: MetricFacts): Counter;
  /** @param buckets upper bounds, ascending */
  histogram(facts: MetricFacts, buckets: readonly number[]): Histogram;
  /** @param type of what is read: a counter only grows */
  read(facts: MetricFacts, type: 'counter' | 'gauge', read: () => Reading): void;
  /** All of them, in the order in which they were made. */
  text(): string;
}

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function createMetricRegistry(): MetricRegistry {
  const families: (() => string)[] = [];
  const add = (facts: MetricFacts, type: string, samples: () => string[]): void => {
    const head = `# HELP ${facts.name} ${facts.help}\n# TYPE ${facts.name} ${type}\n`;
    families.push(() => `${head}${samples().join('')}`);
  };
  return {
    counter(facts) {
      const values = new Map<string, number>();
      const line = labelWriter(facts);
      add(facts, 'counter', () => [...values].map(([key, value]) => `${key} ${value}\n`));
      return {
        add(count, ...labels) {
          const key = line('', labels);
          values.set(key, (values.get(key) ?? 0) + count);
        },
      };
    },
    histogram(facts, buckets) {
      const line = labelWriter(facts);
      const series = new Map<string, Series>();
      add(facts, 'histogram', () => [...series.values()].flatMap((each) => each.lines()));
      return {
        observe(value, ...labels) {
          const key = labels.join('\n');
          let one = series.get(key);
          if (!one) series.set(key, (one = createSeries(buckets, line, labels)));
          one.observe(value);
        },
      };
    },
    read(facts, type, read) {
      const line = labelWriter(facts);
      add(facts, type, () =>
        [...read()].map(([labels, value]) => `${line('', labels)} ${value}\n`),
      );
    },
    text: () => families.map((family) => family()).join(''),
  };
}

type LabelWriter = (suffix: string, labels: LabelValues, more?: string) => string;

/** Writes the name and the labels of a sample. */
function labelWriter({ name, labels: names = [] }: MetricFacts): LabelWriter {
  return (suffix, labels, more) => {
    const pairs = names.map((label, i) => `${label}="${escapeLabel(labels[i])}"`);
    if (more !== undefined) pairs.push(more);
    return pairs.length === 0 ? name + suffix : `${name}${suffix}{${pairs.join(',')}}`;
  };
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

interface Series {
  observe(value: number): void;
  lines(): string[];
}

/** A histogram with one set of label values. */
function createSeries(buckets: readonly number[], line: LabelWriter, labels: LabelValues): Series {
  const counts = new Float64Array(buckets.length + 1); // the last: above all bounds
  let sum = 0;
  return {
    observe(value) {
      let bucket = 0;
      while (bucket < buckets.length && value > buckets[bucket]) bucket++;
      counts[bucket]++;
      sum += value;
    },
    lines() {
      let total = 0;
      const bounds = [...buckets.map(String), '+Inf'];
      const lines = bounds.map((bound, i) => {
        total += counts[i];
        return `${line('_bucket', labels, `le="${bound}"`)} ${total}\n`;
      });
      lines.push(`${line('_sum', labels)} ${sum}\n`, `${line('_count', labels)} ${total}\n`);
      return lines;
    },
  };
}
