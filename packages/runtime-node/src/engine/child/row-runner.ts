// Runs the chunk graph whose rows have parameters of their own (row-graph.ts), over buffers that are kept from run to run.
//
// Letters: B sequences of a run, N its steps, V vocabulary, S numbers of state of a sequence.
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { Runner } from './runner.js';
import type { Sequence } from './sequence.js';

export interface RowRunnerSizes {
  /** B at most. */
  readonly slots: number;
  /** N at most. */
  readonly steps: number;
  readonly vocabularySize: number;
  readonly stateSize: number;
}

export class RowRunner implements Runner {
  readonly #session: InferenceSession;
  readonly #sizes: RowRunnerSizes;
  readonly #state: Float32Array; // [B, S]
  readonly #stateAfter: Float32Array; // [B, S]
  readonly #previous: Integers; // [B]
  readonly #uniforms: Float32Array; // [B, N]
  readonly #forced: Integers; // [B, N]
  readonly #bias: Float32Array; // [B, V]
  readonly #temperature: Float32Array; // [B, 1], as the next three
  readonly #topK: Integers;
  readonly #topP: Float32Array;
  readonly #minP: Float32Array;
  /** Whose parameters and bias stand in the rows. */
  #placed: readonly Sequence[] = [];

  constructor(session: InferenceSession, sizes: RowRunnerSizes) {
    const { slots, steps, vocabularySize, stateSize } = sizes;
    this.#session = session;
    this.#sizes = sizes;
    this.#state = new Float32Array(slots * stateSize);
    this.#stateAfter = new Float32Array(slots * stateSize);
    this.#previous = new Integers(slots);
    this.#uniforms = new Float32Array(slots * steps);
    this.#forced = new Integers(slots * steps);
    this.#bias = new Float32Array(slots * vocabularySize);
    this.#temperature = new Float32Array(slots);
    this.#topK = new Integers(slots);
    this.#topP = new Float32Array(slots);
    this.#minP = new Float32Array(slots);
  }

  canShare(): boolean {
    return true;
  }

  async run(sequences: readonly Sequence[], steps: number): Promise<void> {
    const { vocabularySize: V, stateSize: S } = this.#sizes;
    const B = sequences.length;
    for (const [row, sequence] of sequences.entries()) {
      this.#state.set(sequence.state, row * S);
      this.#previous.set(row, sequence.previous);
      for (let step = 0; step < steps; step++) {
        this.#uniforms[row * steps + step] = sequence.uniform(step);
        this.#forced.set(row * steps + step, sequence.forced(step));
      }
      if (this.#placed[row]?.work !== sequence.work) this.#placeParameters(row, sequence);
    }
    this.#placed = sequences;

    const stateAfter = new Tensor('float32', this.#stateAfter.subarray(0, B * S), [B, S]);
    const column = (values: Float32Array): Tensor =>
      new Tensor('float32', values.subarray(0, B), [B, 1]);
    const { tokens } = await this.#session.run(
      {
        state: new Tensor('float32', this.#state.subarray(0, B * S), [B, S]),
        previous_tokens: this.#previous.tensor([B]),
        uniforms: new Tensor('float32', this.#uniforms.subarray(0, B * steps), [B, steps]),
        forced_tokens: this.#forced.tensor([B, steps]),
        bias: new Tensor('float32', this.#bias.subarray(0, B * V), [B, V]),
        temperature: column(this.#temperature),
        top_k: this.#topK.tensor([B, 1]),
        top_p: column(this.#topP),
        min_p: column(this.#minP),
      },
      { tokens: null, state_after: stateAfter },
    );
    const drawn = lowWords(tokens.data as BigInt64Array);
    for (const [row, sequence] of sequences.entries()) {
      sequence.advance(row, steps, drawn, this.#stateAfter);
    }
  }

  #placeParameters(row: number, { work: { call } }: Sequence): void {
    this.#bias.set(call.bias, row * this.#sizes.vocabularySize);
    this.#temperature[row] = call.temperature;
    this.#topK.set(row, call.topK);
    this.#topP[row] = call.topP;
    this.#minP[row] = call.minP;
  }
}

/** The lower halves of 64-bit integers. */
function lowWords({ buffer, byteOffset, length }: BigInt64Array): Int32Array {
  const words = new Int32Array(buffer, byteOffset, 2 * length);
  const result = new Int32Array(length);
  for (let place = 0; place < length; place++) result[place] = words[2 * place];
  return result;
}

/** 64-bit integers written as pairs of 32-bit ones, low word first as on every platform of ONNX Runtime: no BigInt is made
 *  for each of them. */
class Integers {
  readonly #values: BigInt64Array;
  readonly #words: Int32Array;

  constructor(length: number) {
    this.#values = new BigInt64Array(length);
    this.#words = new Int32Array(this.#values.buffer);
  }

  set(place: number, value: number): void {
    this.#words[2 * place] = value;
    this.#words[2 * place + 1] = value < 0 ? -1 : 0;
  }

  tensor(shape: readonly number[]): Tensor {
    const length = shape.reduce((product, size) => product * size, 1);
    return new Tensor('int64', this.#values.subarray(0, length), shape);
  }
}
