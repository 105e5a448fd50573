// Arguments of a NextTokenModel's methods, checked once for every runtime. Nothing reaches a network unchecked.
import { VocabularyError } from '../errors.js';
import type { DecodeRequest, ModelState, SamplingParameters } from './next-token-model.js';

/** The two sizes that a runtime knows of its model. */
export interface ModelSizes {
  /** V */
  readonly vocabularySize: number;
  /** S, the numbers of state of one sequence. */
  readonly stateSize: number;
}

/** @throws {RangeError} if B is not an integer of at least 1 */
export function checkBatch(batch: number): void {
  if (!Number.isInteger(batch) || batch < 1) {
    throw new RangeError(`batch: expected an integer of at least 1, found ${batch}`);
  }
}

/** Checks the arguments of `consume`.
 *  @returns T, the tokens of each sequence
 *  @throws {RangeError} if a shape is wrong
 *  @throws {VocabularyError} if an id is outside 0..V-1 */
export function checkConsume(tokens: Int32Array, state: ModelState, sizes: ModelSizes): number {
  checkState(state, sizes);
  const steps = checkTokenShape(tokens, state.batch, 1);
  checkTokens('tokens', tokens, sizes.vocabularySize);
  return steps;
}

/** Checks the arguments of `score`.
 *  @returns T, the tokens of each sequence
 *  @throws {RangeError} if a shape is wrong
 *  @throws {VocabularyError} if an id is outside 0..V-1 */
export function checkScore(tokens: Int32Array, batch: number, sizes: ModelSizes): number {
  checkBatch(batch);
  const steps = checkTokenShape(tokens, batch, 2);
  checkTokens('tokens', tokens, sizes.vocabularySize);
  return steps;
}

/** Checks a request to `decode`.
 *  @returns N, the tokens to choose for each sequence
 *  @throws {RangeError} if a parameter or a shape is outside its range
 *  @throws {VocabularyError} if an id is outside 0..V-1 */
export function checkDecode(request: DecodeRequest, sizes: ModelSizes): number {
  const { state, previousTokens, uniforms, forcedTokens, counts, bias } = request;
  const { neededInMilliseconds = 0 } = request;
  const { vocabularySize } = sizes;
  checkState(state, sizes);
  checkSampling(request, vocabularySize);
  checkLength('previousTokens', previousTokens, state.batch, 'B');
  checkTokens('previousTokens', previousTokens, vocabularySize);

  const chosen = uniforms.length / state.batch;
  if (!Number.isInteger(chosen) || chosen < 1) {
    throw new RangeError(
      `uniforms: expected B x N numbers with N >= 1, found ${uniforms.length} for a batch of ${state.batch}`,
    );
  }
  checkEach('uniforms', uniforms, (u) => u >= 0 && u < 1, 'numbers in [0, 1)');
  if (forcedTokens) {
    checkLength('forcedTokens', forcedTokens, uniforms.length, 'B x N');
    checkTokens('forcedTokens', forcedTokens, vocabularySize, -1);
  }
  if (counts) {
    checkLength('counts', counts, state.batch, 'B');
    checkEach(
      'counts',
      counts,
      (count) => count >= 0 && count <= chosen,
      `integers in 0..${chosen}`,
    );
  }
  if (bias) checkBias(bias, vocabularySize);
  if (!(neededInMilliseconds >= 0 && neededInMilliseconds < Infinity)) {
    throw new RangeError(
      `neededInMilliseconds: expected a number from 0 on, found ${neededInMilliseconds}`,
    );
  }
  return chosen;
}

/** Checks the four numbers that shape a draw.
 *  @throws {RangeError} naming the one outside its range */
export function checkSampling(parameters: SamplingParameters, vocabularySize: number): void {
  const { temperature, topK, topP, minP } = parameters;
  // Written so that NaN is refused as well.
  if (!(temperature >= 0.01 && temperature <= 100)) {
    throw new RangeError(`temperature: expected 0.01..100, found ${temperature}`);
  }
  if (!(Number.isInteger(topK) && topK >= 1 && topK <= vocabularySize)) {
    throw new RangeError(`topK: expected an integer in 1..${vocabularySize}, found ${topK}`);
  }
  if (!(topP > 0 && topP <= 1)) {
    throw new RangeError(`topP: expected a number above 0 and at most 1, found ${topP}`);
  }
  if (!(minP >= 0 && minP < 1)) {
    throw new RangeError(`minP: expected a number from 0 to below 1, found ${minP}`);
  }
}

/** Checks a bias: shape [V], finite numbers or `-Infinity`.
 *  @throws {RangeError} if it is not */
export function checkBias(bias: Float32Array, vocabularySize: number): void {
  checkLength('bias', bias, vocabularySize, 'V');
  checkEach('bias', bias, (value) => value < Infinity, 'finite numbers or -Infinity');
}

/** @throws {VocabularyError} naming the first id outside `lowest`..V-1 */
export function checkTokens(
  name: string,
  tokens: ArrayLike<number>,
  vocabularySize: number,
  lowest = 0,
): void {
  for (let i = 0; i < tokens.length; i++) {
    const id = tokens[i];
    if (!(Number.isInteger(id) && id >= lowest && id < vocabularySize)) {
      throw new VocabularyError(
        'token-outside-vocabulary',
        `${name}[${i}]: expected a token id in ${lowest}..${vocabularySize - 1}, found ${id}; ` +
          'was it made by another tokenizer?',
      );
    }
  }
}

function checkState(state: ModelState, { stateSize }: ModelSizes): void {
  checkBatch(state.batch);
  checkLength(
    'state.values',
    state.values,
    state.batch * stateSize,
    `${state.batch} x ${stateSize}`,
  );
}

function checkTokenShape(tokens: Int32Array, batch: number, leastSteps: number): number {
  const steps = tokens.length / batch;
  if (!Number.isInteger(steps) || steps < leastSteps) {
    throw new RangeError(
      `tokens: expected B x T ids with T >= ${leastSteps}, found ${tokens.length} for a batch of ${batch}`,
    );
  }
  return steps;
}

function checkLength(
  name: string,
  values: { readonly length: number },
  expected: number,
  shape: string,
): void {
  if (values.length !== expected) {
    throw new RangeError(
      `${name}: expected ${expected} values (shape [${shape}]), found ${values.length}`,
    );
  }
}

function checkEach(
  name: string,
  values: ArrayLike<number>,
  accepts: (value: number) => boolean,
  expected: string,
): void {
  for (let i = 0; i < values.length; i++) {
    if (!accepts(values[i])) {
      throw new RangeError(`${name}[${i}]: expected ${expected}, found ${values[i]}`);
    }
  }
}
