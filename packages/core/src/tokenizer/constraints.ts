// Biases that keep a model to some instruments or pitches.
import { VocabularyError } from '../errors.js';
import { instrumentName } from './general-midi.js';
import type { Instrument } from './general-midi.js';
import type { TokenKind, Vocabulary } from './vocabulary.js';

export interface NoteConstraints {
  /** The only instruments that may play. Default: all. */
  instruments?: readonly Instrument[];
  /** Lowest and highest MIDI pitch of instruments, inclusive; percussion is not bound. Default: all. */
  pitchRange?: readonly [low: number, high: number];
}

/** Indices of instruments in the vocabulary.
 *  @throws {VocabularyError} if the vocabulary lacks one, or none is given */
export function instrumentIndices(
  vocabulary: Vocabulary,
  instruments: readonly Instrument[],
): number[] {
  const known = vocabulary.instruments.map(instrumentName).join(', ');
  if (instruments.length === 0) {
    throw new VocabularyError(
      'unknown-instrument',
      `expected at least one instrument of: ${known}`,
    );
  }
  return [...new Set(instruments)].map((instrument) => {
    const index = vocabulary.instruments.indexOf(instrument);
    if (index !== -1) return index;
    throw new VocabularyError(
      'unknown-instrument',
      `instrument ${instrument} is not in the vocabulary; it has: ${known}`,
    );
  });
}

/** A bias that forbids every note outside of the constraints: 0 for allowed tokens, -Infinity for others. In every
 *  state that a piece can reach under it, the grammar still allows a token.
 *  @returns shape [V], owned by the caller
 *  @throws {VocabularyError} if the vocabulary lacks an instrument, or pitches are wanted but none is in range */
export function noteBias(
  vocabulary: Vocabulary,
  {
    instruments = vocabulary.instruments,
    pitchRange = vocabulary.config.pitchRange,
  }: NoteConstraints,
): Float32Array {
  const indices = instrumentIndices(vocabulary, instruments);
  const percussion = vocabulary.instruments.indexOf('percussion');
  const isPitched = indices.some((index) => index !== percussion);
  const [low, high] = pitchRange;
  const isInRange = (pitch: number): boolean => isPitched && pitch >= low && pitch <= high;

  const bias = new Float32Array(vocabulary.size);
  const keep = (kind: TokenKind, isKept: (value: number) => boolean): number => {
    const { firstId, firstValue, count } = vocabulary.blocks[kind];
    let kept = 0;
    for (let i = 0; i < count; i++) {
      if (isKept(firstValue + i)) kept++;
      else bias[firstId + i] = -Infinity;
    }
    return kept;
  };
  keep('With', (index) => indices.includes(index));
  keep('Instrument', (index) => indices.includes(index));
  keep('Drum', () => indices.includes(percussion));
  if (keep('Pitch', isInRange) === 0 && isPitched) {
    const [lowest, highest] = vocabulary.config.pitchRange;
    const message = `pitch range ${low}..${high} holds no pitch of the vocabulary`;
    throw new VocabularyError('unknown-pitch', `${message}, ${lowest}..${highest}`);
  }
  return bias;
}
