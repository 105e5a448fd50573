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

/** A smoothed curve: the mean of a point and its neighbours, a fortieth of the curve to each side, fewer at its ends.
 *  @returns as many values as points */
export function smoothed(points: readonly SeriesPoint[]): number[] {
  const reach = Math.floor(points.length / 40);
  const sums = [0];
  for (const { mean } of points) sums.push(sums[sums.length - 1] + mean);
  return points.map((_, i) => {
    // As far to the left as to the right, so that a slope is not drawn to one side.
    const near = Math.min(reach, i, points.length - 1 - i);
    return (sums[i + near + 1] - sums[i - near]) / (2 * near + 1);
  });
}
