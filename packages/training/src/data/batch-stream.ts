// Batches of continuing streams: B sequences side by side, each reading piece after piece, window by window.
// Letters: T steps of a window, B sequences, P pieces of the split.
import { createRandom, shuffle, type Seed } from '@ostinato/core';
import { createAugmentation, type Augment, type AugmentationOptions } from './augmentation.js';
import { parseBatchCursor, wrongCursor, type BatchCursor } from './batch-cursor.js';
import type { Batch } from './batch.js';
import { CorpusError } from './corpus-error.js';
import type { CorpusPiece } from './corpus-format.js';
import type { Corpus } from './open-corpus.js';
import type { Split } from './split.js';

export interface BatchStreamOptions {
  /** B, sequences side by side, >= 1. */
  readonly batch: number;
  /** T, tokens of each sequence in a window, >= 1. */
  readonly steps: number;
  /** Decides order and augmentation. Default 0. */
  readonly seed?: Seed;
  /** True: without end, every epoch in a new order. False: one pass over the split, the longest piece first.
   *  Default: true for `train`. */
  readonly shuffle?: boolean;
  /** See `AugmentationOptions`. Default: false. */
  readonly transpose?: AugmentationOptions['transpose'];
  /** See `AugmentationOptions`. Default: 0. */
  readonly labelDropout?: number;
  /** Where to go on; from `cursor()` of a stream with the same corpus and options. Default: the start. */
  readonly cursor?: BatchCursor;
}

export interface BatchStream {
  /** The next window; undefined after the end of the only pass. Wait for one before asking for the next. */
  next(): Promise<Batch | undefined>;
  /** Where the stream stands, between two windows. */
  cursor(): BatchCursor;
  /** Pieces begun, divided by P: 2.25 is a quarter into the third pass. */
  readonly epoch: number;
}

/** Opens a stream of windows over a split. A sequence takes the next piece of the epoch where its piece ends, even
 *  inside a window; every target of every piece is given once an epoch.
 *  @throws {CorpusError} `empty-split` if the split has no pieces; `cursor` if the cursor belongs to another stream
 *  @throws {RangeError} if an option is outside its range
 *  @example
 *  const stream = createBatchStream(corpus, 'train', { batch: 32, steps: 128, seed: 1, transpose: true });
 *  const window = await stream.next(); */
export function createBatchStream(
  corpus: Corpus,
  split: Split,
  { cursor, ...options }: BatchStreamOptions,
): BatchStream {
  const { batch, steps, seed = 0, transpose = false, labelDropout = 0 } = options;
  checkCount('batch', batch);
  checkCount('steps', steps);
  const augment = createAugmentation(corpus.tokenizer, { seed, transpose, labelDropout });
  const order = createOrder(corpus, split, seed, options.shuffle ?? split === 'train');
  return new CorpusBatchStream(
    { corpus, order, augment, steps },
    cursor ? parseBatchCursor(cursor, batch) : { taken: 0, streams: Array(batch).fill(null) },
  );
}

/** The pieces in the order in which the streams take them. */
interface PieceOrder {
  /** P */
  readonly pieces: number;
  /** The piece with this ordinal, counted over all epochs; undefined after the last. */
  pieceAt(ordinal: number): CorpusPiece | undefined;
}

/** The generator's stream for this use; augmentation has another. */
const SHUFFLE_STREAM = 11;

function createOrder(corpus: Corpus, split: Split, seed: Seed, endless: boolean): PieceOrder {
  const pieces = corpus.pieces(split);
  if (pieces.length === 0) {
    throw new CorpusError(
      'empty-split',
      `the corpus has no pieces in its ${split} split; prepare it from more files`,
    );
  }
  if (!endless) {
    // The longest first: the streams then end nearly together, and little of the last windows is padding.
    const sorted = pieces.toSorted((a, b) => b.tokens - a.tokens || a.offset - b.offset);
    return { pieces: pieces.length, pieceAt: (ordinal) => sorted[ordinal] };
  }
  const random = createRandom(seed, SHUFFLE_STREAM);
  let shuffledEpoch = -1;
  let shuffled: readonly CorpusPiece[] = [];
  return {
    pieces: pieces.length,
    pieceAt(ordinal) {
      const epoch = Math.floor(ordinal / pieces.length);
      if (epoch !== shuffledEpoch) {
        shuffled = shuffle(pieces, random, epoch * pieces.length);
        shuffledEpoch = epoch;
      }
      return shuffled[ordinal % pieces.length];
    },
  };
}

/** The piece a sequence is in. */
interface OpenPiece {
  readonly ordinal: number;
  readonly tokens: Uint16Array;
  /** Tokens consumed. */
  position: number;
}

interface StreamParts {
  readonly corpus: Corpus;
  readonly order: PieceOrder;
  readonly augment: Augment;
  /** T */
  readonly steps: number;
}

class CorpusBatchStream implements BatchStream {
  private readonly parts: StreamParts;
  private taken: number;
  private readonly open: (OpenPiece | undefined)[];
  /** The cursor to go on from, until the pieces it names have been read. */
  private pending: BatchCursor | undefined;

  constructor(parts: StreamParts, start: BatchCursor) {
    this.parts = parts;
    this.taken = start.taken;
    this.open = start.streams.map(() => undefined);
    this.pending = start;
  }

  get epoch(): number {
    return this.taken / this.parts.order.pieces;
  }

  cursor(): BatchCursor {
    if (this.pending) return this.pending;
    const streams = this.open.map((piece): [number, number] | null =>
      piece ? [piece.ordinal, piece.position] : null,
    );
    return { taken: this.taken, streams };
  }

  async next(): Promise<Batch | undefined> {
    await this.reopen();
    const window = emptyWindow(this.parts.steps, this.open.length);
    let tokens = 0;
    for (const column of this.open.keys()) tokens += await this.fillColumn(window, column);
    return tokens > 0 ? window : undefined;
  }

  /** Reads the pieces in which the cursor stands. */
  private async reopen(): Promise<void> {
    if (!this.pending) return;
    for (const [column, place] of this.pending.streams.entries()) {
      if (!place) continue;
      const [ordinal, position] = place;
      const piece = await this.read(ordinal);
      if (!piece || position >= piece.length) throw wrongCursor('it was made with another corpus');
      this.open[column] = { ordinal, tokens: piece, position };
    }
    this.pending = undefined;
  }

  /** Fills one sequence's T steps; returns how many are no padding. */
  private async fillColumn(window: Batch, column: number): Promise<number> {
    let step = 0;
    while (step < window.steps) {
      const piece = this.open[column] ?? (await this.takeNext());
      if (!piece) break;
      step += copyTokens(piece, window, column, step);
      this.open[column] = piece.position < piece.tokens.length ? piece : undefined;
    }
    return step;
  }

  private async takeNext(): Promise<OpenPiece | undefined> {
    const ordinal = this.taken;
    const tokens = await this.read(ordinal);
    if (!tokens) return undefined;
    this.taken = ordinal + 1;
    return { ordinal, tokens, position: 0 };
  }

  private async read(ordinal: number): Promise<Uint16Array | undefined> {
    const { corpus, order, augment } = this.parts;
    const piece = order.pieceAt(ordinal);
    return piece && augment(await corpus.readTokens(piece), piece, ordinal);
  }
}

/** All padding: nothing counts, and nothing is carried. */
function emptyWindow(steps: number, batch: number): Batch {
  const size = steps * batch;
  return {
    steps,
    batch,
    tokens: new Int32Array(size), // [T, B]
    targets: new Int32Array(size), // [T, B]
    weights: new Float32Array(size), // [T, B]
    keep: new Float32Array(size), // [T, B]
  };
}

/** Copies what fits of a piece from `step` on, and moves its position; returns the steps filled. */
function copyTokens(piece: OpenPiece, window: Batch, column: number, step: number): number {
  const { tokens } = piece;
  const count = Math.min(tokens.length - piece.position, window.steps - step);
  for (let i = 0; i < count; i++) {
    const at = (step + i) * window.batch + column;
    const position = piece.position + i;
    window.tokens[at] = tokens[position]!;
    window.keep[at] = position === 0 ? 0 : 1;
    if (position + 1 < tokens.length) {
      window.targets[at] = tokens[position + 1]!;
      window.weights[at] = 1;
    }
  }
  piece.position += count;
  return count;
}

function checkCount(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new RangeError(`${name}: expected a whole number >= 1, found ${value}`);
}
