// Augmentation of a piece: another key, tempo or loudness, another bar to begin with, and labels hidden now and then.
// Drawn by (seed, ordinal of the piece), so that the same piece sounds the same again after a resumed run.
import { createRandom, type Random, type Seed, type Tokenizer } from '@ostinato/core';

/** The widest transposition: down to a fourth, up to a tritone, which reaches all twelve keys once. */
const WIDEST_TRANSPOSITION = { down: -5, up: 6 } as const;
/** Tempos and velocities further away are other music. */
const MOST_TEMPO_STRETCH = 0.5;
const MOST_VELOCITY_SHIFT = 8;

export interface AugmentationOptions {
  readonly seed: Seed;
  /** Transpose by a whole number of semitones, each shift equally likely among those that keep every instrument where
   *  it can play and every pitch in the vocabulary. `true` means -5..6. */
  readonly transpose: boolean | { readonly down: number; readonly up: number };
  /** x in [0, 0.5]: every tempo of a piece times one factor, log-uniform in [1 / (1 + x), 1 + x], to the nearest bin of
   *  the tokenizer. Less than half a bin (2.5 % by default) changes nothing, nor does a scale of one bin. */
  readonly tempoStretch: number;
  /** x in 0..8: every note of a piece louder or softer by one number of velocity bins in -x..x, within the scale. No
   *  effect without velocities. */
  readonly velocityShift: number;
  /** Begin the piece at a bar line, go on to its end, and then, as another piece, from its beginning to that bar line.
   *  The beginning and every bar line that has notes on both sides are equally likely. */
  readonly rotateBars: boolean;
  /** Probability with which each label of a piece is replaced by `unknown`, in [0, 1]. */
  readonly labelDropout: number;
}

/** Changes the tokens of the `ordinal`-th piece that training takes; the tokens given stay as they are. The result may
 *  hold two pieces, each from its `Begin` on. */
export type Augment = (tokens: Uint16Array, ordinal: number) => Uint16Array;

/** The generator's stream for this use; shuffling has others. */
const RANDOM_STREAM = 12;
/** Numbers set aside for each piece, and which of them decides what. There are at most 32 kinds of labels. */
const DRAWS_PER_PIECE = 64;
const DRAW = { transposition: 0, labels: 1, tempo: 33, velocity: 34, rotation: 35 } as const;

/** @throws {RangeError} if an option is outside its range */
export function createAugmentation(tokenizer: Tokenizer, options: AugmentationOptions): Augment {
  const { labelDropout, tempoStretch, velocityShift, rotateBars } = options;
  checkOptions(options);
  const range = options.transpose === true ? WIDEST_TRANSPOSITION : options.transpose;
  const random = createRandom(options.seed, RANDOM_STREAM);

  return (tokens, ordinal) => {
    const first = ordinal * DRAWS_PER_PIECE;
    let changed = tokens;
    if (range !== false) {
      const semitones = drawTransposition(tokenizer, tokens, range, random, first);
      if (semitones !== 0) changed = tokenizer.transposeTokens(changed, semitones);
    }
    if (tempoStretch > 0) {
      const exponent = 2 * random.uniformAt(first + DRAW.tempo) - 1; // -1..1
      changed = tokenizer.stretchTempo(changed, (1 + tempoStretch) ** exponent);
    }
    if (velocityShift > 0) {
      const shift = random.integerAt(first + DRAW.velocity, 2 * velocityShift + 1) - velocityShift;
      changed = tokenizer.shiftVelocities(changed, shift);
    }
    if (labelDropout > 0) {
      let draw = first + DRAW.labels;
      changed = tokenizer.withoutLabels(changed, () => random.uniformAt(draw++) < labelDropout);
    }
    if (rotateBars) {
      const rotations = tokenizer.barRotations(changed);
      const rotation = random.integerAt(first + DRAW.rotation, rotations);
      if (rotation > 0) changed = tokenizer.rotateBars(changed, rotation);
    }
    return changed;
  };
}

function drawTransposition(
  tokenizer: Tokenizer,
  tokens: Uint16Array,
  range: { readonly down: number; readonly up: number },
  random: Random,
  first: number,
): number {
  const playable = tokenizer.playableTransposition(tokens);
  const down = Math.max(range.down, playable.down);
  const up = Math.min(range.up, playable.up);
  return down + random.integerAt(first + DRAW.transposition, up - down + 1);
}

function checkOptions(options: AugmentationOptions): void {
  const { labelDropout, tempoStretch, transpose, velocityShift } = options;
  checkRange('labelDropout', labelDropout, 1);
  checkRange('tempoStretch', tempoStretch, MOST_TEMPO_STRETCH);
  checkRange('velocityShift', velocityShift, MOST_VELOCITY_SHIFT);
  if (!Number.isInteger(velocityShift)) {
    throw new RangeError(`velocityShift: expected a whole number of bins, found ${velocityShift}`);
  }
  if (typeof transpose === 'boolean') return;
  const { down, up } = transpose;
  if (!Number.isInteger(down) || !Number.isInteger(up) || down > 0 || up < 0) {
    throw new RangeError(
      `transpose: expected whole semitones, down <= 0 and up >= 0; found ${down}..${up}`,
    );
  }
}

function checkRange(name: string, value: number, most: number): void {
  if (value >= 0 && value <= most) return;
  throw new RangeError(`${name}: expected 0..${most}, found ${value}`);
}
