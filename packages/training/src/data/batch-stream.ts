// Batches of continuing streams: B sequences side by side, each reading piece after piece, window by window.
// Letters: T steps of a window, B sequences, P pieces of the split.
import type { Seed } from '@ostinato/core';
import { createAugmentation, type Augment, type AugmentationOptions } from './augmentation.js';
import { parseBatchCursor, wrongCursor, type BatchCursor } from './batch-cursor.js';
import type { Batch } from './batch.js';
import type { Corpus } from './open-corpus.js';
import { createEndlessOrder, createSinglePass, type PieceOrder } from './piece-order.js';
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
  readonly tempoStretch?: number;
  /** See `AugmentationOptions`. Default: 0. */
  readonly velocityShift?: number;
  /** See `AugmentationOptions`. Default: false. */
  readonly rotateBars?: boolean;
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
  /** Pieces begun, divided by P: 2.25 is a quarter into the third pass. Of a mix, divided by how many pieces it takes
   *  on average to draw as many tokens as its split has: a part with more weight than tokens is passed more often. */
  readonly epoch: number;
}

/** Opens a stream of windows over a split. A sequence takes the next piece of the epoch where its piece ends, even
 *  inside a window; every target of every piece is given once an epoch. Of a mix, each part gives the share of the
 *  tokens that its weight is of all weights.
 *  @throws {CorpusError} `empty-split` if the split, or a part of a mix, has no pieces; `cursor` if the cursor belongs
 *  to another stream
 *  @throws {RangeError} if an option is outside its range
 *  @example
 *  const stream = createBatchStream(corpus, 'train', { batch: 32, steps: 128, seed: 1, transpose: true });
 *  const window = await stream.next(); */
export function createBatchStream(
  corpus: Corpus,
  split: Split,
  { cursor, ...options }: BatchStreamOptions,
): BatchStream {
  const { batch, steps, seed = 0, transpose = false, rotateBars = false } = options;
  const { tempoStretch = 0, velocityShift = 0, labelDropout = 0 } = options;
  checkCount('batch', batch);
  checkCount('steps', steps);
  const changes = { transpose, tempoStretch, velocityShift, rotateBars, labelDropout };
  const augment = createAugmentation(corpus.tokenizer, { seed, ...changes });
  const order =
    (options.shuffle ?? split === 'train')
      ? createEndlessOrder(corpus, split, seed)
      : createSinglePass(corpus, split);
  return new CorpusBatchStream(
    { corpus, order, augment, steps, begin: corpus.tokenizer.idOf('Begin') },
    cursor ? parseBatchCursor(cursor, batch) : { taken: 0, streams: Array(batch).fill(null) },
  );
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
  /** The token with which every piece begins. */
  readonly begin: number;
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
    return this.taken / this.parts.order.epochPieces;
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

  /** Reads the pieces in which the cursor stands, in the order in which they were taken. */
  private async reopen(): Promise<void> {
    if (!this.pending) return;
    const places = this.pending.streams.flatMap((place, column) =>
      place ? [{ column, ordinal: place[0], position: place[1] }] : [],
    );
    for (const { column, ordinal, position } of places.sort((a, b) => a.ordinal - b.ordinal)) {
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
      step += copyTokens(piece, window, column, step, this.parts.begin);
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
    return piece && augment(await corpus.readTokens(piece), ordinal);
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

/** Copies what fits of a piece from `step` on, and moves its position; returns the steps filled. Where augmentation made
 *  two pieces of one, the second begins like any other: nothing is carried into it, and nothing predicts it. */
function copyTokens(
  piece: OpenPiece,
  window: Batch,
  column: number,
  step: number,
  begin: number,
): number {
  const { tokens } = piece;
  const count = Math.min(tokens.length - piece.position, window.steps - step);
  for (let i = 0; i < count; i++) {
    const at = (step + i) * window.batch + column;
    const token = tokens[piece.position + i];
    const next = tokens[piece.position + i + 1]; // undefined after the last
    window.tokens[at] = token;
    window.keep[at] = token === begin ? 0 : 1;
    if (next !== undefined && next !== begin) {
      window.targets[at] = next;
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
