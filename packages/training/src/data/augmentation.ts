// Augmentation of a piece: another key, and labels hidden now and then. Drawn by (seed, epoch, piece), so that the same
// piece sounds the same again after a resumed run.
import { createRandom, type Seed, type Tokenizer } from '@ostinato/core';
import type { CorpusPiece } from './corpus-format.js';

/** The widest transposition: down to a fourth, up to a tritone, which reaches all twelve keys once. */
const WIDEST_TRANSPOSITION = { down: -5, up: 6 } as const;

export interface AugmentationOptions {
  readonly seed: Seed;
  /** Transpose by a whole number of semitones, each shift equally likely among those that keep the piece inside the
   *  tokenizer's pitch range. `true` means -5..6. */
  readonly transpose: boolean | { readonly down: number; readonly up: number };
  /** Probability with which each label of a piece is replaced by `unknown`, in [0, 1]. */
  readonly labelDropout: number;
}

/** Changes the tokens of the `ordinal`-th piece that training takes; the result is a copy. */
export type Augment = (tokens: Uint16Array, piece: CorpusPiece, ordinal: number) => Uint16Array;

/** The generator's stream for this use; shuffling has another. */
const RANDOM_STREAM = 12;
/** Numbers set aside for each piece: the first for the transposition, the others for labels (at most 32 kinds). */
const DRAWS_PER_PIECE = 64;

/** @throws {RangeError} if an option is outside its range */
export function createAugmentation(tokenizer: Tokenizer, options: AugmentationOptions): Augment {
  const { labelDropout, transpose } = options;
  if (!(labelDropout >= 0 && labelDropout <= 1)) {
    throw new RangeError(`labelDropout: expected 0..1, found ${labelDropout}`);
  }
  const range = typeof transpose === 'object' ? transpose : WIDEST_TRANSPOSITION;
  if (
    !Number.isInteger(range.down) ||
    !Number.isInteger(range.up) ||
    range.down > 0 ||
    range.up < 0
  ) {
    throw new RangeError(
      `transpose: expected whole semitones, down <= 0 and up >= 0; found ${range.down}..${range.up}`,
    );
  }
  const random = createRandom(options.seed, RANDOM_STREAM);

  return (tokens, piece, ordinal) => {
    const first = ordinal * DRAWS_PER_PIECE;
    let changed = tokens;
    if (transpose !== false) {
      const down = Math.max(range.down, piece.transposition.down);
      const up = Math.min(range.up, piece.transposition.up);
      const semitones = down + random.integerAt(first, up - down + 1);
      if (semitones !== 0) changed = tokenizer.transposeTokens(changed, semitones);
    }
    if (labelDropout > 0) {
      let draw = first + 1;
      changed = tokenizer.withoutLabels(changed, () => random.uniformAt(draw++) < labelDropout);
    }
    return changed;
  };
}
