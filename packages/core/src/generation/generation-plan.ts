// Everything that is decided before the first token is drawn: checks, the given tokens, the bias.
import { VocabularyError } from '../errors.js';
import { checkBias, checkSampling, checkTokens } from '../model/check-request.js';
import type { NextTokenModel, SamplingParameters } from '../model/next-token-model.js';
import type { Score } from '../score/score.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import { GenerationError } from './generation-error.js';
import type { GenerateOptions, GenerationCheckpoint } from './generation-options.js';
import { createRandom, type Random } from './random.js';
import { checkReachable } from './reachable.js';

export interface GenerationPlan {
  readonly random: Random;
  /** The head or the primer, `Begin` first; at least one token. */
  readonly given: Uint16Array;
  readonly sampling: SamplingParameters;
  /** Shape [V]. */
  readonly bias: Float32Array;
  /** The bias until an instrument has been chosen; there if the one that plays at the end of the primer may not go on. */
  readonly biasBeforeInstrument: Float32Array | undefined;
}

/** Checks all options and works out what they mean.
 *  @throws {RangeError} if a number is outside its range
 *  @throws {VocabularyError} if model, tokenizer, labels or instruments do not fit together
 *  @throws {GenerationError} `invalid-primer`, `invalid-checkpoint`, `no-allowed-token` */
export function planGeneration(
  model: Pick<NextTokenModel, 'vocabularySize'>,
  tokenizer: Tokenizer,
  options: GenerateOptions,
): GenerationPlan {
  const V = tokenizer.vocabularySize;
  if (model.vocabularySize !== V) {
    const message = `vocabulary is ${model.vocabularySize}, the tokenizer's is ${V}; load both from one artifact`;
    throw new VocabularyError('vocabulary-mismatch', `model: ${message}`);
  }
  const { seed = 1, temperature = 1, topK = V, topP = 1, minP = 0 } = options;
  const sampling = { temperature, topK, topP, minP };
  checkSampling(sampling, V);
  checkLimits(options);
  const random = createRandom(seed);

  const given = givenTokens(tokenizer, options);
  if (options.resume) checkCheckpoint(options.resume, given, V);
  const constraint = constraintBias(tokenizer, options);
  const bias = combinedBias(tokenizer, constraint, options);
  const isEnd = (id: number): boolean => tokenizer.kindOf(id) === 'End';
  checkReachable(tokenizer, given.at(-1)!, bias, isEnd);
  if (!isPlayerForbidden(tokenizer, given, constraint)) {
    return { random, given, sampling, bias, biasBeforeInstrument: undefined };
  }
  const biasBeforeInstrument = withoutPitches(tokenizer, bias);
  const isGoal = (id: number): boolean => isEnd(id) || tokenizer.kindOf(id) === 'Instrument';
  checkReachable(tokenizer, given.at(-1)!, biasBeforeInstrument, isGoal);
  return { random, given, sampling, bias, biasBeforeInstrument };
}

function checkLimits({ bars, seconds, notes, maxTokens, blockSize }: GenerateOptions): void {
  checkInteger('bars', bars, 10_000);
  checkInteger('notes', notes, 1_000_000);
  checkInteger('maxTokens', maxTokens, 1_000_000);
  checkInteger('blockSize', blockSize, 4096);
  if (seconds !== undefined && !(seconds > 0 && seconds <= 86_400)) {
    throw new RangeError(`seconds: expected a number above 0 and at most 86400, found ${seconds}`);
  }
}

function checkInteger(name: string, value: number | undefined, most: number): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value <= most)) {
    throw new RangeError(`${name}: expected an integer in 1..${most}, found ${value}`);
  }
}

function givenTokens(tokenizer: Tokenizer, options: GenerateOptions): Uint16Array {
  const { primer, labels = {}, instruments } = options;
  // The head is made in any case: it checks the labels and the instruments.
  const declared = instruments ?? tokenizer.instruments.slice(0, 1);
  const head = tokenizer.head({ labels, instruments: declared });
  if (primer === undefined) {
    return instruments ? head : head.filter((id) => tokenizer.kindOf(id) !== 'With');
  }
  if (isScore(primer)) return withoutEnd(tokenizer, tokenizer.encode(primer, { labels }).tokens);
  if (Object.keys(labels).length > 0) {
    throw new GenerationError('invalid-primer', 'labels: a primer of tokens has its own; give one');
  }
  return checkedTokens(tokenizer, primer);
}

function isScore(primer: Score | ArrayLike<number>): primer is Score {
  return 'tracks' in primer;
}

function checkedTokens(tokenizer: Tokenizer, primer: ArrayLike<number>): Uint16Array {
  checkTokens('primer', primer, tokenizer.vocabularySize);
  const tokens = withoutEnd(tokenizer, Uint16Array.from(primer));
  if (tokens.length === 0) {
    throw new GenerationError(
      'invalid-primer',
      'primer: expected tokens from Begin on, found none',
    );
  }
  try {
    tokenizer.decode(tokens);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GenerationError('invalid-primer', `primer: ${reason}`, { cause });
  }
  return tokens;
}

function withoutEnd(tokenizer: Tokenizer, tokens: Uint16Array): Uint16Array {
  return tokens.at(-1) === tokenizer.idOf('End') ? tokens.slice(0, -1) : tokens;
}

/** Whether a checkpoint can be one of a run that begins with the given tokens. */
function checkCheckpoint(
  { tokens }: GenerationCheckpoint,
  given: Uint16Array,
  vocabularySize: number,
): void {
  checkTokens('resume.tokens', tokens, vocabularySize);
  const both = Math.min(tokens.length, given.length);
  const other = given.findIndex((token, i) => i < both && token !== tokens[i]);
  if (both === 0 || other !== -1) {
    const found = both === 0 ? 'no tokens' : `token ${other} is another`;
    const expected = 'expected the checkpoint of a run with the same head and primer';
    throw new GenerationError('invalid-checkpoint', `resume: ${expected}, found: ${found}`);
  }
}

/** What the asked instruments and pitches forbid, shape [V]. */
function constraintBias(
  tokenizer: Tokenizer,
  { instruments, pitchRange }: GenerateOptions,
): Float32Array {
  return tokenizer.noteBias({
    ...(instruments && { instruments }),
    ...(pitchRange && { pitchRange }),
  });
}

function combinedBias(
  tokenizer: Tokenizer,
  constraint: Float32Array,
  options: GenerateOptions,
): Float32Array {
  const { bias, bars, seconds, notes, mayEndEarly = false } = options;
  if (bias) checkBias(bias, tokenizer.vocabularySize);
  const combined = constraint.map((value, id) => value + (bias?.[id] ?? 0));
  const hasLength = bars !== undefined || seconds !== undefined || notes !== undefined;
  if (hasLength && !mayEndEarly) combined[tokenizer.idOf('End')] = -Infinity;
  return combined;
}

/** Whether the instrument that plays where the given tokens end is one that may not, so that a pitch would be its. */
function isPlayerForbidden(
  tokenizer: Tokenizer,
  given: Uint16Array,
  constraint: Float32Array,
): boolean {
  const isPlayer = (id: number): boolean => tokenizer.kindOf(id) === 'Instrument';
  const isDeclared = (id: number): boolean =>
    tokenizer.kindOf(id) === 'With' && tokenizer.tokens[id] !== 'With_percussion';
  const mayPlayPitches = constraint.some(
    (value, id) => value !== -Infinity && tokenizer.kindOf(id) === 'Pitch',
  );
  const player = given.findLast(isPlayer) ?? given.find(isDeclared);
  return mayPlayPitches && player !== undefined && constraint[player] === -Infinity;
}

function withoutPitches(tokenizer: Tokenizer, bias: Float32Array): Float32Array {
  return bias.map((value, id) => (tokenizer.kindOf(id) === 'Pitch' ? -Infinity : value));
}
