// How fast training goes, and how long it will take.

/** Share of the newest step in the smoothed duration of a step: about the last ten count. */
const NEWEST_SHARE = 0.1;

/** Measures steps by a clock that is given. */
export class Pace {
  readonly #now: () => number;
  readonly #begin: number;
  #stepBegin = 0;
  #stepSeconds = 0;
  #steps = 0;

  /** @param now milliseconds from any origin */
  constructor(now: () => number) {
    this.#now = now;
    this.#begin = now();
  }

  beginStep(): void {
    this.#stepBegin = this.#now();
  }

  endStep(): void {
    const seconds = (this.#now() - this.#stepBegin) / 1000;
    const share = this.#steps === 0 ? 1 : NEWEST_SHARE;
    this.#stepSeconds += share * (seconds - this.#stepSeconds);
    this.#steps++;
  }

  /** Tokens of a step over the seconds that recent steps took, without evaluations. */
  tokensPerSecond(tokensPerStep: number): number {
    return tokensPerStep / Math.max(this.#stepSeconds, 1e-9);
  }

  /** Seconds for that many more steps, evaluations and checkpoints as they have been so far. */
  secondsFor(steps: number): number {
    return (((this.#now() - this.#begin) / 1000) * steps) / Math.max(1, this.#steps);
  }
}
