// Continuous batching: one loop of short turns. Before each, what has arrived joins the batch and what nobody waits for any
// more leaves it; the sequences that are needed first have the slots.
import { setImmediate } from 'node:timers/promises';
import type { Runner } from './runner.js';
import type { DecodeWork, Sequence } from './sequence.js';
import { StepTimes } from './step-times.js';

/** A turn lasts about so long, since whoever arrives waits for its end... */
const TURN_MILLISECONDS = 5;
/** ...but for so many steps where they are not too slow: a call of ONNX Runtime costs a tenth of a step of a full batch. */
const USUAL_STEPS = 4;
const LONGEST_TURN_MILLISECONDS = 40;

/** Steps of a run at most. */
export const MOST_STEPS = 16;

export class BatchLoop {
  readonly #runner: Runner;
  readonly #slots: number;
  readonly #now: () => number;
  readonly #times: StepTimes;
  /** In the order in which they are needed, those of the same moment as they came. */
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
    this.#sequences.sort((a, b) => a.work.neededAt - b.work.neededAt);
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
      if (batch.length > 0) await this.#takeTurn(batch);
    }
    this.#isWorking = false; // in the same moment: whoever comes later begins anew
  }

  /** The first sequences, or those of them that can share a run with the one that has waited longest for its turn. */
  #nextBatch(): Sequence[] {
    const seated = this.#sequences.slice(0, this.#slots);
    const [first] = seated;
    if (!first) return [];
    const lead = seated.reduce((a, b) => (b.lastRun < a.lastRun ? b : a), first);
    return seated.filter((sequence) => this.#runner.canShare(lead, sequence));
  }

  /** Moves a batch by a power of two steps. Blocks are multiples of it, so a sequence that has its tokens mostly has them at
   *  the end of a turn; where one has them before, the others go on without it, and nobody takes its slot until then: else
   *  each would end at another step, and soon every run would take one step. */
  async #takeTurn(sequences: readonly Sequence[]): Promise<void> {
    const steps = this.#stepsOfTurn(sequences.length);
    let batch = sequences;
    for (let done = 0; done < steps;) {
      if (done > 0) await setImmediate(); // whoever is cancelled leaves
      batch = batch.filter(isUnderWay);
      if (batch.length === 0) return;
      const run = await this.#run(batch, steps - done);
      done += run.steps;
      await this.#advancePrompts(batch, run.milliseconds);
    }
  }

  #stepsOfTurn(rows: number): number {
    const stepsIn = (milliseconds: number): number =>
      Math.floor(milliseconds / this.#times.expected(rows));
    const steps = Math.min(
      Math.max(USUAL_STEPS, stepsIn(TURN_MILLISECONDS)),
      Math.max(1, stepsIn(LONGEST_TURN_MILLISECONDS)),
      MOST_STEPS,
    );
    return 2 ** Math.floor(Math.log2(steps));
  }

  /** Sequences whose next tokens are given catch up: they get runs of their own, which take from the others as much time as
   *  those have just had, so that these go on at half their speed at least. */
  async #advancePrompts(batch: readonly Sequence[], milliseconds: number): Promise<void> {
    const hasPrompt = (sequence: Sequence): boolean =>
      isUnderWay(sequence) && sequence.forcedAhead > 0;
    let prompts = batch.filter(hasPrompt);
    if (prompts.length === batch.length) return; // nobody to be held up
    let budget = milliseconds;
    for (;;) {
      const inTime = Math.floor(budget / this.#times.expected(prompts.length));
      if (prompts.length === 0 || inTime < 1) return;
      const ahead = Math.min(...prompts.map(({ forcedAhead }) => forcedAhead));
      budget -= (await this.#run(prompts, Math.min(inTime, ahead, MOST_STEPS))).milliseconds;
      prompts = prompts.filter(hasPrompt);
    }
  }

  /** Runs a batch once.
   *  @param most steps; fewer where a sequence has fewer left
   *  @returns the milliseconds that such a run takes, whatever happened to this one */
  async #run(
    batch: readonly Sequence[],
    most: number,
  ): Promise<{ steps: number; milliseconds: number }> {
    const steps = Math.min(most, ...batch.map(({ left }) => left));
    const run = ++this.#runs;
    for (const sequence of batch) sequence.lastRun = run;
    const begin = this.#now();
    try {
      await this.#runner.run(batch, steps);
    } catch (error) {
      for (const { work } of batch) work.fail(error);
    }
    this.#times.record(batch.length, (this.#now() - begin) / steps);
    return { steps, milliseconds: steps * this.#times.expected(batch.length) };
  }
}

function isUnderWay({ work, left }: Sequence): boolean {
  return left > 0 && !work.settled;
}
