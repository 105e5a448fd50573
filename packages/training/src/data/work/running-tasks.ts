// Tasks that run at the same time, so many and so large at most.

export interface MostTasks {
  readonly tasks: number;
  /** Bytes that they hold together. One task may be larger. */
  readonly bytes: number;
}

export class RunningTasks {
  readonly #most: MostTasks;
  readonly #running = new Set<Promise<void>>();
  #bytes = 0;

  constructor(most: MostTasks) {
    this.#most = most;
  }

  /** Waits until one more may start.
   *  @throws what a task threw */
  async room(): Promise<void> {
    while (this.#running.size >= this.#most.tasks || this.#bytes >= this.#most.bytes) {
      await Promise.race(this.#running);
    }
  }

  /** Takes in a task that has begun. What it throws comes out of `room` or `all`. */
  start(task: Promise<void>, bytes: number): void {
    this.#bytes += bytes;
    const running = this.#untilDone(task, bytes, () => this.#running.delete(running));
    running.catch(() => undefined); // it stays in the set, for `room` and `all`
    this.#running.add(running);
  }

  async #untilDone(task: Promise<void>, bytes: number, remove: () => void): Promise<void> {
    await task;
    remove();
    this.#bytes -= bytes;
  }

  /** Waits for all.
   *  @throws what a task threw */
  async all(): Promise<void> {
    await Promise.all(this.#running);
  }
}
