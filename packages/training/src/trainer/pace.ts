// How fast training goes, and how long it will take.

/** Share of the newest step in the smoothed duration of a step: about the last ten count. */
const NEWEST_SHARE = 0.1;

/** Measures steps by a clock that is given. The first step of a session is slower than the others, since memory is
 *  allocated in it, and counts only until there is a second one. */
export class Pace {
  readonly #now: () => number;
  readonly #begin: number;
  #stepBegin = 0;
  #stepSeconds = 0;
  #firstStepSeconds = 0;
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
    const share = Math.max(NEWEST_SHARE, 1 / Math.max(1, this.#steps));
    this.#stepSeconds += share * (seconds - this.#stepSeconds);
    if (this.#steps === 0) this.#firstStepSeconds = (this.#now() - this.#begin) / 1000;
    this.#steps++;
  }

  /** Tokens of a step over the seconds that recent steps took, without evaluations. */
  tokensPerSecond(tokensPerStep: number): number {
    return tokensPerStep / Math.max(this.#stepSeconds, 1e-9);
  }

  /** Seconds for that many more steps, evaluations and checkpoints as they have been so far. */
  secondsFor(steps: number): number {
    const seconds = (this.#now() - this.#begin) / 1000;
    // All but the first step, once there are others.
    const counted = this.#steps > 1 ? seconds - this.#firstStepSeconds : seconds;
    return (counted * steps) / Math.max(1, this.#steps - 1);
  }
}
