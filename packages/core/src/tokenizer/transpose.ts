// Transposition of token sequences. Only `Pitch` tokens change; percussion has tokens of its own.
import type { Vocabulary } from './vocabulary.js';

/** How far a sequence can be transposed, in semitones: every shift from `down` (<= 0) to `up` (>= 0) keeps every
 *  pitch in the vocabulary. */
export interface TranspositionRange {
  down: number;
  up: number;
}

/** The shifts that keep every pitch of a sequence in range; `{ down: 0, up: 0 }` without pitches. */
export function transpositionRange(
  vocabulary: Vocabulary,
  tokens: Uint16Array,
): TranspositionRange {
  const { firstId, count } = vocabulary.blocks.Pitch;
  let [lowest, highest] = [Infinity, -Infinity];
  for (const id of tokens) {
    if (id < firstId || id >= firstId + count) continue;
    lowest = Math.min(lowest, id);
    highest = Math.max(highest, id);
  }
  if (highest === -Infinity) return { down: 0, up: 0 };
  return { down: firstId - lowest || 0, up: firstId + count - 1 - highest };
}

/** Shifts every pitch by an integer number of semitones.
 *  @returns a copy
 *  @throws {RangeError} if a pitch would leave the vocabulary's range */
export function transposeTokens(
  vocabulary: Vocabulary,
  tokens: Uint16Array,
  semitones: number,
): Uint16Array {
  const { down, up } = transpositionRange(vocabulary, tokens);
  if (!Number.isInteger(semitones) || semitones < down || semitones > up) {
    throw new RangeError(
      `transposeTokens: expected an integer from ${down} to ${up} semitones, found ${semitones}`,
    );
  }
  const { firstId, count } = vocabulary.blocks.Pitch;
  return tokens.map((id) => (id >= firstId && id < firstId + count ? id + semitones : id));
}
