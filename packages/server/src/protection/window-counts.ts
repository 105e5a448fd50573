// Counts of requests in memory that stays bounded, however many addresses there are.
import type { ClientRateLimitInfo, Store } from 'hono-rate-limiter';
import type { AppEnv } from '../app-env.js';

/** All windows are of one length, so the order of insertion is the order of their ends: what is over lies at the front.
 *  No timer: what runs where timers are not allowed runs this too. */
export class WindowCounts implements Store<AppEnv> {
  readonly #windows = new Map<string, { totalHits: number; resetTime: Date }>();
  readonly #milliseconds: number;
  readonly #most: number;
  readonly #now: () => number;

  /** @param milliseconds of a window
   *  @param most keys that are counted at a time; beyond, the oldest window is forgotten
   *  @param now the clock, milliseconds */
  constructor(
    milliseconds: number,
    { most = 10_000, now = Date.now }: { most?: number; now?: () => number } = {},
  ) {
    this.#milliseconds = milliseconds;
    this.#most = most;
    this.#now = now;
  }

  increment(key: string): ClientRateLimitInfo {
    const now = this.#now();
    for (const [other, { resetTime }] of this.#windows) {
      if (resetTime.getTime() > now) break;
      this.#windows.delete(other);
    }
    const found = this.#windows.get(key);
    if (found) {
      found.totalHits++;
      return found;
    }
    const [oldest] = this.#windows.keys();
    if (this.#windows.size >= this.#most && oldest !== undefined) this.#windows.delete(oldest);
    const window = { totalHits: 1, resetTime: new Date(now + this.#milliseconds) };
    this.#windows.set(key, window);
    return window;
  }

  decrement(key: string): void {
    const found = this.#windows.get(key);
    if (found && found.totalHits > 0) found.totalHits--;
  }

  resetKey(key: string): void {
    this.#windows.delete(key);
  }
}
