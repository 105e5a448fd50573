// A sequence that draws: one row of a call, and how far it has come.
import type { DecodeCall, ModelCalls } from '@ostinato/runtime';

type Decoded = ModelCalls['decode']['reply'];

/** A call of `decode` under way. Its arrays are this process's own, so its state is overwritten as it goes. */
export class DecodeWork {
  readonly call: DecodeCall;
  readonly sequences: readonly Sequence[];
  /** The result, when every sequence has its tokens. */
  readonly result: Promise<Decoded>;
  readonly #tokens: Int32Array;
  #unfinished: number;
  #settled = false;
  #resolve!: (result: Decoded) => void;
  #reject!: (error: unknown) => void;

  constructor(call: DecodeCall) {
    this.call = call;
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

  /** How many of the next tokens are the caller's, before the first that is drawn. */
  get forcedAhead(): number {
    const ahead = this.#forced.subarray(this.#position);
    const drawn = ahead.findIndex((token) => token < 0);
    return drawn < 0 ? ahead.length : drawn;
  }

  /** Uniforms of the next steps; a view. */
  uniforms(steps: number): Float32Array {
    return this.#uniforms.subarray(this.#position, this.#position + steps);
  }

  /** Forced tokens of the next steps, -1 where one is drawn; a view. */
  forced(steps: number): Int32Array {
    return this.#forced.subarray(this.#position, this.#position + steps);
  }

  /** Takes what a run gave.
   *  @param stateAfter shape [S] */
  advance(tokens: ArrayLike<number>, stateAfter: Float32Array): void {
    this.#tokens.set(tokens, this.#position);
    this.#position += tokens.length;
    this.previous = tokens[tokens.length - 1];
    this.state.set(stateAfter);
    if (this.left === 0) this.work.sequenceDone();
  }
}
