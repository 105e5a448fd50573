// A small recurrent network in plain JavaScript that keeps the whole contract of NextTokenModel: for tests of the
// sampling loop, servers and pages, where a real network would only cost time.
import { OstinatoError } from '../errors.js';
import { createRandom, type Seed } from '../generation/random.js';
import { checkBatch, checkConsume, checkDecode, checkScore } from '../model/check-request.js';
import { decodeBySteps, scoreBySteps } from '../model/decode-by-steps.js';
import {
  NEXT_TOKEN_MODEL_VERSION,
  type ConsumeResult,
  type ModelState,
  type NextTokenModel,
} from '../model/next-token-model.js';
import type { Grammar } from '../tokenizer/grammar.js';

export interface FakeModelOptions {
  /** Of the network's parameters; each seed is another network. Default 1. */
  seed?: Seed;
  /** Numbers of state of a sequence. Default 8. */
  stateSize?: number;
  /** How far logits spread: at 0 all tokens are equally likely. Default 4. */
  sharpness?: number;
}

/** A model of the grammar's vocabulary with parameters drawn from the seed:
 *  `h' = tanh(R h + E[token])`, `logits = O h'`. */
export function createFakeModel(grammar: Grammar, options: FakeModelOptions = {}): NextTokenModel {
  const { seed = 1, stateSize = 8, sharpness = 4 } = options;
  const vocabularySize = grammar.stateAfter.length;
  const sizes = { vocabularySize, stateSize };
  const advance = createNetwork(vocabularySize, stateSize, seed, sharpness);
  const enqueue = createQueue();
  const createState = (batch: number): ModelState => {
    checkBatch(batch);
    return { batch, values: new Float32Array(batch * stateSize) };
  };
  const dispose = async (): Promise<void> => enqueue.close();

  return {
    contractVersion: NEXT_TOKEN_MODEL_VERSION,
    vocabularySize,
    createState,
    consume: (tokens, state, { signal } = {}) =>
      enqueue.add(async () => {
        signal?.throwIfAborted();
        const steps = checkConsume(tokens, state, sizes);
        let result: ConsumeResult = { logits: new Float32Array(0), state };
        for (let step = 0; step < steps; step++) {
          result = advance(
            tokens.filter((_, i) => i % steps === step),
            result.state,
          );
        }
        return result;
      }),
    decode: (request) =>
      enqueue.add(async () => {
        request.signal?.throwIfAborted();
        checkDecode(request, sizes);
        return decodeBySteps(request, grammar, async (...args) => advance(...args));
      }),
    score: (tokens, batch, { signal } = {}) =>
      enqueue.add(async () => {
        signal?.throwIfAborted();
        checkScore(tokens, batch, sizes);
        return scoreBySteps(tokens, createState(batch), grammar, async (...args) =>
          advance(...args),
        );
      }),
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

function createNetwork(
  vocabularySize: number,
  stateSize: number,
  seed: Seed,
  sharpness: number,
): (tokens: Int32Array, state: ModelState) => ConsumeResult {
  const random = createRandom(seed);
  const parameters = (stream: number, count: number, scale: number): Float32Array =>
    random.uniforms(stream * 2 ** 32, count).map((u) => (2 * u - 1) * scale);
  const embedding = parameters(1, vocabularySize * stateSize, 1);
  const recurrence = parameters(2, stateSize * stateSize, 1.5 / Math.sqrt(stateSize));
  const output = parameters(3, vocabularySize * stateSize, sharpness / Math.sqrt(stateSize));

  return (tokens, { batch, values }) => {
    const next = new Float32Array(batch * stateSize);
    const logits = new Float32Array(batch * vocabularySize);
    for (let row = 0; row < batch; row++) {
      const hidden = values.subarray(row * stateSize, (row + 1) * stateSize);
      const updated = next.subarray(row * stateSize, (row + 1) * stateSize);
      for (let i = 0; i < stateSize; i++) {
        updated[i] = Math.tanh(
          embedding[tokens[row] * stateSize + i] + dot(recurrence, i * stateSize, hidden),
        );
      }
      for (let id = 0; id < vocabularySize; id++) {
        logits[row * vocabularySize + id] = dot(output, id * stateSize, updated);
      }
    }
    return { logits, state: { batch, values: next } };
  };
}

function dot(matrix: Float32Array, offset: number, vector: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += matrix[offset + i] * vector[i];
  return sum;
}

/** Runs tasks one after another, in the order they were added, until it is closed. */
function createQueue(): { add<T>(task: () => Promise<T>): Promise<T>; close(): void } {
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;
  return {
    add: (task) => {
      const result = last.then(() => {
        if (closed) throw new OstinatoError('model-disposed', 'model: used after dispose()');
        return task();
      });
      last = result.catch(() => undefined);
      return result;
    },
    close: () => {
      closed = true;
    },
  };
}
