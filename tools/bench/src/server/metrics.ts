// What the server says of itself in /metrics.

/** Values by sample, such as `ostinato_places_running{kind="streams"}`. */
export type Samples = ReadonlyMap<string, number>;

export function parseMetrics(text: string): Samples {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^([^#\s].*) (\S+)$/.exec(line) ?? [];
    if (name !== undefined) samples.set(name, Number(value));
  }
  return samples;
}

/** What became of those that asked for a place, compositions and streams together. */
export interface PlaceFigures {
  readonly entered: number;
  readonly finished: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly refused: number;
}

const OUTCOMES = ['finished', 'failed', 'cancelled', 'refused'] as const;

export function placeFigures(samples: Samples): PlaceFigures {
  const sum = (start: string, end = ''): number =>
    [...samples].reduce(
      (total, [name, value]) =>
        name.startsWith(start) && name.includes(end) ? total + value : total,
      0,
    );
  const left = OUTCOMES.map((outcome) => [
    outcome,
    sum('ostinato_places_left_total', `outcome="${outcome}"`),
  ]);
  return { entered: sum('ostinato_places_entered_total'), ...Object.fromEntries(left) };
}

/** Everything that is going on: it is 0 when nobody waits for anything. */
export function busyness(samples: Samples): number {
  return [...samples].reduce(
    (total, [name, value]) =>
      /^ostinato_(places|model)_(running|waiting)\{/.test(name) ? total + value : total,
    0,
  );
}

/** The smallest bound of a histogram's buckets below which at least that share of the values lies. */
export function histogramQuantile(samples: Samples, name: string, share: number): number {
  const buckets = [...samples]
    .filter(([sample]) => sample.startsWith(`${name}_bucket{`))
    .map(([sample, count]) => ({
      bound: Number(/le="([^"]+)"/.exec(sample)![1].replace('+Inf', 'Infinity')),
      count,
    }));
  const total = Math.max(0, ...buckets.map(({ count }) => count));
  return buckets.find(({ count }) => count >= share * total)?.bound ?? 0;
}
