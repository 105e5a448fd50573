// A curve in bounded memory, however many points it is given: neighbours share a bucket, and buckets get wider.

export interface SeriesPoint {
  /** The mean step of the points in the bucket. */
  readonly step: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** How many points it stands for. */
  readonly count: number;
}

interface Bucket {
  stepSum: number;
  sum: number;
  min: number;
  max: number;
  count: number;
}

/** Points may come in any order: the same ones give the same curve, but for rounding. */
export class BoundedSeries {
  readonly #capacity: number;
  readonly #buckets = new Map<number, Bucket>();
  #width = 1;

  /** @param capacity buckets at most */
  constructor(capacity = 512) {
    this.#capacity = capacity;
  }

  /** Adds a point; what is not a finite number is left out. */
  add(step: number, value: unknown): void {
    if (typeof value !== 'number' || !Number.isFinite(value)) return;
    merge(this.#buckets, Math.floor(step / this.#width), {
      stepSum: step,
      sum: value,
      min: value,
      max: value,
      count: 1,
    });
    while (this.#buckets.size > this.#capacity) this.#widen();
  }

  /** The curve, in the order of its steps. */
  points(): SeriesPoint[] {
    return [...this.#buckets]
      .sort(([a], [b]) => a - b)
      .map(([, { stepSum, sum, min, max, count }]) => ({
        step: stepSum / count,
        mean: sum / count,
        min,
        max,
        count,
      }));
  }

  #widen(): void {
    this.#width *= 2;
    const narrow = [...this.#buckets];
    this.#buckets.clear();
    for (const [key, bucket] of narrow) merge(this.#buckets, Math.floor(key / 2), bucket);
  }
}

function merge(buckets: Map<number, Bucket>, key: number, added: Bucket): void {
  const bucket = buckets.get(key);
  if (!bucket) {
    buckets.set(key, added);
    return;
  }
  bucket.stepSum += added.stepSum;
  bucket.sum += added.sum;
  bucket.min = Math.min(bucket.min, added.min);
  bucket.max = Math.max(bucket.max, added.max);
  bucket.count += added.count;
}

/** A smoothed curve: each value leans on those before it, about the last twentieth of the curve.
 *  @returns as many values as points */
export function smoothed(points: readonly SeriesPoint[]): number[] {
  const share = Math.min(1, 2 / (1 + points.length / 20));
  let level = 0;
  let weight = 0;
  return points.map(({ mean }) => {
    // Divided by the weight so far, so that the beginning is not drawn towards zero.
    level += share * (mean - level);
    weight += share * (1 - weight);
    return level / weight;
  });
}
