// A sequence that draws: one row of a call, and how far it has come.
import type { DecodeCall, ModelCalls } from '@ostinato/runtime';

type Decoded = ModelCalls['decode']['reply'];

/** A call of `decode` under way. Its arrays are this process's own, so its state is overwritten as it goes. */
export class DecodeWork {
  readonly call: DecodeCall;
  /** When its tokens are needed, in milliseconds of the clock that it came by. */
  readonly neededAt: number;
  readonly sequences: readonly Sequence[];
  /** The result, when every sequence has its tokens. */
  readonly result: Promise<Decoded>;
  readonly #tokens: Int32Array;
  #unfinished: number;
  #settled = false;
  #resolve!: (result: Decoded) => void;
  #reject!: (error: unknown) => void;

  /** @param now milliseconds of a clock */
  constructor(call: DecodeCall, now: number) {
    this.call = call;
    this.neededAt = now + call.neededInMilliseconds;
    this.#tokens = new Int32Array(call.uniforms.length).fill(-1);
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.sequences = Array.from(call.counts, (_, row) => new Sequence(this, row, this.#tokens));
    this.#unfinished = this.sequences.filter(({ left }) => left > 0).length;
    this.#finishIfDone();
  }

  /** Whether nobody waits for it any more: it is answered, has failed or was cancelled. */
  get settled(): boolean {
    return this.#settled;
  }

  /** One of the sequences has its tokens. */
  sequenceDone(): void {
    this.#unfinished--;
    this.#finishIfDone();
  }

  fail(error: unknown): void {
    this.#settled = true;
    this.#reject(error);
  }

  #finishIfDone(): void {
    if (this.#unfinished > 0) return;
    this.#settled = true;
    this.#resolve({ tokens: this.#tokens, state: this.call.state });
  }
}

export class Sequence {
  readonly work: DecodeWork;
  /** Shape [S], before `previous` is consumed. */
  readonly state: Float32Array;
  /** The last token, not consumed yet. */
  previous: number;
  /** The run in which it moved last; 0 before its first. */
  lastRun = 0;
  readonly #uniforms: Float32Array;
  readonly #forced: Int32Array;
  readonly #tokens: Int32Array;
  #position = 0;

  /** @param tokens the call's, shape [B, N] */
  constructor(work: DecodeWork, row: number, tokens: Int32Array) {
    const { call } = work;
    const stateSize = call.state.length / call.batch;
    const perSequence = tokens.length / call.batch;
    const from = row * perSequence;
    const to = from + call.counts[row];
    this.work = work;
    this.state = call.state.subarray(row * stateSize, (row + 1) * stateSize);
    this.previous = call.previousTokens[row];
    this.#uniforms = call.uniforms.subarray(from, to);
    this.#forced = call.forcedTokens.subarray(from, to);
    this.#tokens = tokens.subarray(from, to);
  }

  /** Tokens still to be chosen. */
  get left(): number {
    return this.#tokens.length - this.#position;
  }

  // Called for every row of every run: these make no views, which would cost more than what they read.

  /** How many of the next tokens are the caller's, before the first that is drawn. */
  get forcedAhead(): number {
    let place = this.#position;
    while (place < this.#forced.length && this.#forced[place] >= 0) place++;
    return place - this.#position;
  }

  /** The uniform of a step from now. */
  uniform(step: number): number {
    return this.#uniforms[this.#position + step];
  }

  /** The caller's token of a step from now; -1 where one is drawn. */
  forced(step: number): number {
    return this.#forced[this.#position + step];
  }

  /** Takes what a run gave to its row.
   *  @param tokens of the run, shape [B, steps]
   *  @param states after it, shape [B, S] */
  advance(row: number, steps: number, tokens: Int32Array, states: Float32Array): void {
    for (let step = 0; step < steps; step++) {
      this.#tokens[this.#position++] = tokens[row * steps + step];
    }
    this.previous = this.#tokens[this.#position - 1];
    const size = this.state.length;
    this.state.set(states.subarray(row * size, (row + 1) * size));
    if (this.left === 0) this.work.sequenceDone();
  }
}
