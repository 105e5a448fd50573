// Moves the sequences of a batch forward, whatever graph does it.
import type { SamplingParameters } from '@ostinato/core';
import type { DecodeCall, ModelSessions } from '@ostinato/runtime';
import type { Sequence } from './sequence.js';

export interface Runner {
  /** Whether two sequences may be in one run. */
  canShare(a: Sequence, b: Sequence): boolean;
  /** Moves all by as many tokens.
   *  @param steps at most what each has left */
  run(sequences: readonly Sequence[], steps: number): Promise<void>;
}

/** For graphs that draw every row in the same way: a run is shared by sequences whose parameters are equal. */
export class SharedParametersRunner implements Runner {
  readonly #sessions: ModelSessions;

  constructor(sessions: ModelSessions) {
    this.#sessions = sessions;
  }

  canShare(a: Sequence, b: Sequence): boolean {
    const one = a.work.call;
    const other = b.work.call;
    return one === other || (haveEqualNumbers(one, other) && haveEqualBias(one, other));
  }

  async run(sequences: readonly Sequence[], steps: number): Promise<void> {
    const batch = sequences.length;
    const [{ work, state: first }] = sequences as [Sequence];
    const stateSize = first.length;
    const state = new Float32Array(batch * stateSize);
    const uniforms = new Float32Array(batch * steps);
    const forcedTokens = new Int32Array(batch * steps);
    sequences.forEach((sequence, row) => {
      state.set(sequence.state, row * stateSize);
      for (let step = 0; step < steps; step++) {
        uniforms[row * steps + step] = sequence.uniform(step);
        forcedTokens[row * steps + step] = sequence.forced(step);
      }
    });
    const result = await this.#sessions.decode({
      ...work.call,
      batch,
      state,
      previousTokens: Int32Array.from(sequences, ({ previous }) => previous),
      uniforms,
      forcedTokens,
      counts: new Int32Array(batch).fill(steps),
    });
    sequences.forEach((sequence, row) => {
      sequence.advance(row, steps, result.tokens, result.state);
    });
  }
}

function haveEqualNumbers(a: SamplingParameters, b: SamplingParameters): boolean {
  return (
    a.temperature === b.temperature && a.topK === b.topK && a.topP === b.topP && a.minP === b.minP
  );
}

function haveEqualBias({ bias: a }: DecodeCall, { bias: b }: DecodeCall): boolean {
  return a.every((value, id) => value === b[id]);
}
