import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryCorpus } from '../testing/memory-corpus.js';
import { createBatchStream, type BatchStream } from './batch-stream.js';
import type { Batch } from './batch.js';
import type { Corpus } from './open-corpus.js';
import type { Split } from './split.js';

const corpus = createMemoryCorpus();
const P = corpus.pieces('train').length;

async function take(stream: BatchStream, windows: number): Promise<Batch[]> {
  const batches: Batch[] = [];
  while (batches.length < windows) {
    const batch = await stream.next();
    if (!batch) break;
    batches.push(batch);
  }
  return batches;
}

interface Step {
  token: number;
  target: number;
  weight: number;
  keep: number;
}

/** One sequence of the batches, from window to window. */
function columnOf(batches: readonly Batch[], column: number): Step[] {
  return batches.flatMap(({ steps, batch, tokens, targets, weights, keep }) =>
    Array.from({ length: steps }, (_, step): Step => {
      const at = step * batch + column;
      return {
        token: tokens[at],
        target: targets[at],
        weight: weights[at],
        keep: keep[at],
      };
    }),
  );
}

/** Cuts a sequence into the pieces that are whole in it; checks what every step says of itself. Plainly: `expect` would
 *  take most of the time of these tests. */
function piecesIn(sequence: readonly Step[]): string[] {
  const pieces: string[] = [];
  let open: number[] | undefined;
  for (const [index, { token, target, weight, keep }] of sequence.entries()) {
    if (keep === 0 && weight === 0) break; // padding
    if (keep === 0) open = [];
    if (!open) throw new Error(`step ${index}: expected the beginning of a piece`);
    open.push(token);
    if (weight === 1) {
      const next = sequence[index + 1];
      const goesOn = next === undefined || (next.token === target && next.keep === 1);
      if (!goesOn) throw new Error(`step ${index}: expected its target, ${target}, to come next`);
    } else {
      if (target !== 0) throw new Error(`step ${index}: expected no target, found ${target}`);
      pieces.push(open.join(' '));
      open = undefined;
    }
  }
  return pieces;
}

async function textsOf(from: Corpus, split: Split): Promise<string[]> {
  const tokens = await Promise.all(from.pieces(split).map((piece) => from.readTokens(piece)));
  return tokens.map((piece) => piece.join(' '));
}

describe('one pass', () => {
  it('gives every target of every piece exactly once, whatever the window', async () => {
    const expected = (await textsOf(corpus, 'train')).sort();
    const targets = corpus.pieces('train').reduce((sum, { tokens }) => sum + tokens - 1, 0);
    const size = fc.integer({ min: 1, max: 9 });
    await fc.assert(
      fc.asyncProperty(size, fc.integer({ min: 1, max: 200 }), async (batch, steps) => {
        const stream = createBatchStream(corpus, 'train', { batch, steps, shuffle: false });
        const batches = await take(stream, Infinity);
        const columns = Array.from({ length: batch }, (_, column) => columnOf(batches, column));
        expect(columns.flatMap(piecesIn).sort()).toEqual(expected);
        const weights = columns.flat().reduce((sum, { weight }) => sum + weight, 0);
        expect(weights).toBe(targets);
        expect(await stream.next()).toBeUndefined();
      }),
      { numRuns: 40 },
    );
  });

  it('is the way of validation and test', async () => {
    for (const split of ['validation', 'test'] as const) {
      const batches = await take(createBatchStream(corpus, split, { batch: 1, steps: 16 }), 1000);
      expect(piecesIn(columnOf(batches, 0)).sort()).toEqual((await textsOf(corpus, split)).sort());
    }
  });
});

describe('training', () => {
  it('takes every piece once an epoch, each epoch in another order', async () => {
    const stream = createBatchStream(corpus, 'train', { batch: 1, steps: 64, seed: 5 });
    const pieces: string[] = [];
    const batches: Batch[] = [];
    while (pieces.length < 3 * P) {
      batches.push(...(await take(stream, 1)));
      pieces.splice(0, pieces.length, ...piecesIn(columnOf(batches, 0)));
    }
    const epochs = [0, 1, 2].map((epoch) => pieces.slice(epoch * P, (epoch + 1) * P));
    const expected = (await textsOf(corpus, 'train')).sort();
    for (const epoch of epochs) expect(epoch.toSorted()).toEqual(expected);
    expect(epochs[1]).not.toEqual(epochs[0]);
    expect(epochs[2]).not.toEqual(epochs[1]);
  });

  it('counts the pieces begun in epochs', async () => {
    const stream = createBatchStream(corpus, 'train', { batch: 3, steps: 1 });
    expect(stream.epoch).toBe(0);
    await stream.next();
    expect(stream.epoch).toBe(3 / P);
  });

  it('serves more sequences than there are pieces', async () => {
    const stream = createBatchStream(corpus, 'train', { batch: 2 * P + 1, steps: 8 });
    const batches = await take(stream, 40);
    for (let column = 0; column < 2 * P + 1; column++) {
      expect(piecesIn(columnOf(batches, column)).length).toBeGreaterThan(0);
    }
  });

  it('goes on from any cut exactly as if there had been none', async () => {
    const counts = {
      batch: fc.integer({ min: 1, max: 8 }),
      steps: fc.integer({ min: 1, max: 70 }),
    };
    const cut = fc.integer({ min: 0, max: 20 });
    await fc.assert(
      fc.asyncProperty(fc.record(counts), fc.nat(9), cut, async (sizes, seed, windows) => {
        const changes = { transpose: true, tempoStretch: 0.5, rotateBars: true, labelDropout: 0.5 };
        const options = { ...sizes, ...changes, seed };
        const whole = createBatchStream(corpus, 'train', options);
        await take(whole, windows);
        const cursor = JSON.parse(JSON.stringify(whole.cursor()));
        const resumed = createBatchStream(corpus, 'train', { ...options, cursor });
        expect(resumed.cursor()).toEqual(whole.cursor());
        expect(resumed.epoch).toBe(whole.epoch);
        expect(await take(resumed, 8)).toEqual(await take(whole, 8));
        expect(resumed.cursor()).toEqual(whole.cursor());
      }),
      { numRuns: 60 },
    );
  });

  it('takes what it always took for a seed', async () => {
    // Made with the first version of this file: runs that began with it go on with the same data.
    const wide = createMemoryCorpus({ highestPitch: 80 });
    const options = { batch: 3, steps: 50, seed: 5, transpose: true, labelDropout: 0.5 };
    const stream = createBatchStream(wide, 'train', options);
    const hash = createHash('sha256');
    for (const { tokens, targets, weights, keep } of await take(stream, 100)) {
      for (const array of [tokens, targets, weights, keep]) hash.update(Int32Array.from(array));
    }
    expect(hash.digest('hex')).toMatch(/^8250e744dae6d1a8/);
    expect(stream.cursor()).toEqual({
      taken: 110,
      streams: [
        [109, 48],
        [107, 75],
        [108, 92],
      ],
    });
  });

  it('finds its place in the order in which the pieces were taken', async () => {
    const read: string[] = [];
    const recording: Corpus = {
      ...corpus,
      readTokens: (piece) => {
        read.push(piece.path);
        return corpus.readTokens(piece);
      },
    };
    const options = { batch: 4, steps: 1 };
    const places = {
      taken: 4 * P,
      streams: [3 * P, 0, 2 * P, P].map((at): [number, number] => [at, 5]),
    };
    await createBatchStream(recording, 'train', { ...options, cursor: places }).next();
    const ascending = { ...places, streams: places.streams.toSorted(([a], [b]) => a - b) };
    const other = createBatchStream(recording, 'train', { ...options, cursor: ascending });
    await other.next();
    // An order is shuffled once for each epoch, not once for each sequence.
    expect(read.slice(0, 4)).toEqual(read.slice(4));
  });
});

describe('augmentation', () => {
  const wide = createMemoryCorpus({ highestPitch: 80 });
  const pitchBlock = wide.tokenizer.tokens.flatMap((name, id) =>
    name.startsWith('Pitch_') ? [id] : [],
  );
  const pitchesOf = (text: string): number[] =>
    text
      .split(' ')
      .map(Number)
      .filter((id) => pitchBlock.includes(id));

  /** For each piece taken: by how many semitones it was moved from the piece it was. */
  async function shifts(
    transpose: boolean | { down: number; up: number },
    from = wide,
  ): Promise<number[]> {
    const options = { batch: 1, steps: 50, seed: 3, transpose };
    const moved = piecesIn(columnOf(await take(createBatchStream(from, 'train', options), 400), 0));
    const still = { ...options, transpose: false };
    const plain = piecesIn(columnOf(await take(createBatchStream(from, 'train', still), 400), 0));
    return moved.map((text, index) => {
      const distances = pitchesOf(text).map((id, note) => id - pitchesOf(plain[index])[note]);
      expect(new Set(distances).size).toBe(1);
      return distances[0];
    });
  }

  it('moves whole pieces, in both directions, as far as asked', async () => {
    const found = await shifts({ down: 0, up: 3 });
    expect(new Set(found)).toEqual(new Set([0, 1, 2, 3]));
  });

  it('never moves a piece out of the pitch range', async () => {
    // The tunes lie in 60..65 of 60..67, so most can only go up, by two semitones or a few more.
    const found = await shifts(true, corpus);
    expect(Math.max(...found)).toBeGreaterThan(0);
    for (const shift of found) expect(Math.abs(shift)).toBeLessThanOrEqual(7);
  });

  it('moves one piece differently in different epochs', async () => {
    const found = await shifts(true);
    expect(new Set([0, 1, 2, 3, 4, 5].map((epoch) => found[epoch * P])).size).toBeGreaterThan(1);
  });

  it('begins the second half of a rotated piece like a piece of its own', async () => {
    const options = { batch: 1, steps: 50, seed: 3, rotateBars: true };
    const batches = await take(createBatchStream(corpus, 'train', options), 60);
    const pieces = piecesIn(columnOf(batches, 0)).map((text) => text.split(' ').map(Number));
    const [begin, end] = ['Begin', 'End'].map((name) => corpus.tokenizer.idOf(name));
    for (const piece of pieces) {
      expect([piece.indexOf(begin), piece.lastIndexOf(begin)]).toEqual([0, 0]);
      expect([-1, piece.length - 1]).toContain(piece.indexOf(end));
    }
    const whole = pieces.filter((piece) => piece.at(-1) === end).length;
    expect(whole).toBeGreaterThan(5);
    expect(pieces.length - whole).toBeGreaterThan(5);
  });

  it.each([
    { labelDropout: 0, known: 1 },
    { labelDropout: 1, known: 0 },
    { labelDropout: 0.3, known: 0.7 },
  ])('hides labels with probability $labelDropout', async ({ labelDropout, known }) => {
    const options = { batch: 4, steps: 100, seed: 1, labelDropout };
    const batches = await take(createBatchStream(corpus, 'train', options), 400);
    const label = corpus.tokenizer.idOf('composer_Anon');
    const pieces = [0, 1, 2, 3].flatMap((column) => piecesIn(columnOf(batches, column)));
    const shown = pieces.filter((text) => text.split(' ').includes(String(label))).length;
    const deviation = Math.sqrt((known * (1 - known)) / pieces.length);
    expect(Math.abs(shown / pieces.length - known)).toBeLessThanOrEqual(5 * deviation);
  });
});

describe('refuses', () => {
  const options = { batch: 2, steps: 4 };

  it('a split without pieces', () => {
    const empty = createMemoryCorpus({ pieces: { train: 1, validation: 0, test: 0 } });
    expect(() => createBatchStream(empty, 'validation', options)).toThrow(
      expect.objectContaining({ code: 'empty-split' }),
    );
  });

  it.each([
    { batch: 0 },
    { steps: 1.5 },
    { labelDropout: 1.1 },
    { labelDropout: Number.NaN },
    { transpose: { down: 1, up: 2 } },
    { transpose: { down: 0, up: 0.5 } },
    { tempoStretch: 0.6 },
    { tempoStretch: Number.NaN },
    { velocityShift: -1 },
    { velocityShift: 1.5 },
    { velocityShift: 9 },
  ])('%j', (wrong) => {
    expect(() => createBatchStream(corpus, 'train', { ...options, ...wrong })).toThrow(RangeError);
  });

  it.each([
    ['of another batch', { taken: 3, streams: [null] }],
    ['with a piece that was not taken', { taken: 1, streams: [[1, 0], null] }],
    ['of another form', { taken: -1, streams: [] }],
  ])('a cursor %s', (_, cursor) => {
    expect(() =>
      createBatchStream(corpus, 'train', { ...options, cursor: cursor as never }),
    ).toThrow(expect.objectContaining({ code: 'cursor' }));
  });

  it('a cursor beyond the end of its piece', async () => {
    const cursor = { taken: 1, streams: [[0, 100_000] as [number, number], null] };
    const stream = createBatchStream(corpus, 'train', { ...options, cursor });
    await expect(stream.next()).rejects.toMatchObject({ code: 'cursor' });
  });
});
