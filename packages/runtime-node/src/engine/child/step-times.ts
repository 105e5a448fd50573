// How long one step of a batch takes, learnt from the runs.

/** Weight of a new measurement: a few runs make an average, and a busy moment is soon forgotten. */
const WEIGHT = 0.2;

export class StepTimes {
  /** Milliseconds of one step by the number of rows; 0 where none was measured. */
  readonly #times: Float64Array;

  /** @param slots rows at most */
  constructor(slots: number) {
    this.#times = new Float64Array(slots + 1);
  }

  record(rows: number, milliseconds: number): void {
    const known = this.#times[rows];
    this.#times[rows] = known === 0 ? milliseconds : known + WEIGHT * (milliseconds - known);
  }

  /** What a step is likely to take, from above: a batch with a few rows more takes at most in proportion longer, one with
   *  fewer is no slower.
   *  @returns Infinity while nothing is known */
  expected(rows: number): number {
    for (let fewer = rows; fewer > 0; fewer--) {
      const time = this.#times[fewer];
      if (time > 0) return (time * rows) / fewer;
    }
    return this.#times.find((time) => time > 0) ?? Infinity;
  }
}
