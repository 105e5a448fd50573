// Hands what happens in a session to everything that watches it, and keeps what goes wrong there for the right moment.
import type { MetricsLine } from './metrics-log.js';
import type { EvaluationMoment, RunObserver } from './run-observer.js';

/** The observers of one session, in the order in which they were given. */
export class Observers {
  readonly #observers: readonly RunObserver[];
  #failure: { readonly error: unknown } | undefined;
  #closed = false;

  constructor(observers: readonly RunObserver[] = []) {
    this.#observers = observers;
  }

  /** Whether one of them has thrown: the session should write a checkpoint and call `throwFailure`. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Throws what the first one that failed has thrown. */
  throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }

  metrics(line: MetricsLine): void {
    for (const observer of this.#observers) {
      try {
        observer.onMetrics?.(line);
      } catch (error) {
        this.#failure ??= { error };
      }
    }
  }

  async evaluation(moment: EvaluationMoment): Promise<void> {
    await this.#tell((observer) => observer.onEvaluation?.(moment));
  }

  async checkpoint(step: number): Promise<void> {
    await this.#tell((observer) => observer.onCheckpoint?.(step));
  }

  /** Does the work of a session and closes all observers, whatever becomes of it. What fails first is what is thrown. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    let result: T;
    try {
      result = await work();
    } catch (error) {
      await this.close();
      throw error;
    }
    await this.close();
    this.throwFailure();
    return result;
  }

  /** Closes every observer once, also where another one fails. Does not throw. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#tell((observer) => observer.close?.());
  }

  async #tell(call: (observer: RunObserver) => Promise<void> | undefined): Promise<void> {
    for (const observer of this.#observers) {
      try {
        await call(observer);
      } catch (error) {
        this.#failure ??= { error };
      }
    }
  }
}
