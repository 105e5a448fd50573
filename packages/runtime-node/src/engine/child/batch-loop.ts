// Continuous batching: one loop of short runs. Before each, what has arrived joins the batch and what nobody waits for any
// more leaves it; the oldest sequences have the slots.
import { setImmediate } from 'node:timers/promises';
import type { Runner } from './runner.js';
import type { DecodeWork, Sequence } from './sequence.js';
import { StepTimes } from './step-times.js';

/** A run lasts about so long: a call of ONNX Runtime costs a third of a millisecond beside its steps, and whoever arrives or
 *  leaves waits for its end. */
const RUN_MILLISECONDS = 5;

/** Steps of a run at most. */
export const MOST_STEPS = 16;

export class BatchLoop {
  readonly #runner: Runner;
  readonly #slots: number;
  readonly #now: () => number;
  readonly #times: StepTimes;
  /** In the order of arrival. */
  #sequences: Sequence[] = [];
  /** Runs of other graphs that wait for their turn, in order. */
  readonly #turns: (() => void)[] = [];
  #runs = 0;
  #isWorking = false;

  /** @param slots sequences in one run at most
   *  @param now milliseconds of a clock. Default: this process's */
  constructor(runner: Runner, slots: number, now = (): number => performance.now()) {
    this.#runner = runner;
    this.#slots = slots;
    this.#now = now;
    this.#times = new StepTimes(slots);
  }

  /** Sequences that have a slot or wait for one. */
  get size(): number {
    return this.#sequences.filter(isUnderWay).length;
  }

  add({ sequences }: DecodeWork): void {
    this.#sequences.push(...sequences.filter(isUnderWay));
    this.#work();
  }

  /** Fulfilled when one run of another graph may take its turn between two of the batch. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#turns.push(resolve);
      this.#work();
    });
  }

  #work(): void {
    if (!this.#isWorking) void this.#runAll();
  }

  async #runAll(): Promise<void> {
    this.#isWorking = true;
    while (this.#sequences.length > 0 || this.#turns.length > 0) {
      await setImmediate(); // messages come in
      this.#turns.shift()?.();
      this.#sequences = this.#sequences.filter(isUnderWay);
      const batch = this.#nextBatch();
      if (batch.length === 0) continue;
      const milliseconds = await this.#run(batch, RUN_MILLISECONDS);
      await this.#advancePrompts(batch, milliseconds);
    }
    this.#isWorking = false; // in the same moment: whoever comes later begins anew
  }

  /** The oldest sequences, or those of them that can share a run with the one that has waited longest for its turn. */
  #nextBatch(): Sequence[] {
    const seated = this.#sequences.slice(0, this.#slots);
    const [first] = seated;
    if (!first) return [];
    const lead = seated.reduce((a, b) => (b.lastRun < a.lastRun ? b : a), first);
    return seated.filter((sequence) => this.#runner.canShare(lead, sequence));
  }

  /** Sequences whose next tokens are given catch up: they get runs of their own, which take from the others as much time as
   *  those have just had, so that these go on at half their speed at least. */
  async #advancePrompts(batch: readonly Sequence[], milliseconds: number): Promise<void> {
    const hasPrompt = (sequence: Sequence): boolean =>
      isUnderWay(sequence) && sequence.forcedAhead > 0;
    let prompts = batch.filter(hasPrompt);
    if (prompts.length === batch.length) return; // nobody to be held up
    let budget = milliseconds;
    while (prompts.length > 0 && this.#times.expected(prompts.length) <= budget) {
      const ahead = Math.min(...prompts.map(({ forcedAhead }) => forcedAhead));
      budget -= await this.#run(prompts, Math.min(budget, RUN_MILLISECONDS), ahead);
      prompts = prompts.filter(hasPrompt);
    }
  }

  /** Runs a batch once.
   *  @param limit milliseconds that it should take at most
   *  @param most steps; default what the sequences have left
   *  @returns the milliseconds that such a run takes, whatever happened to this one */
  async #run(batch: readonly Sequence[], limit: number, most = MOST_STEPS): Promise<number> {
    const inTime = Math.max(1, Math.floor(limit / this.#times.expected(batch.length)));
    const left = Math.min(...batch.map((sequence) => sequence.left));
    const steps = Math.min(MOST_STEPS, inTime, left, most);
    const run = ++this.#runs;
    for (const sequence of batch) sequence.lastRun = run;
    const begin = this.#now();
    try {
      await this.#runner.run(batch, steps);
    } catch (error) {
      for (const { work } of batch) work.fail(error);
    }
    this.#times.record(batch.length, (this.#now() - begin) / steps);
    return steps * this.#times.expected(batch.length);
  }
}

function isUnderWay({ work, left }: Sequence): boolean {
  return left > 0 && !work.settled;
}
