import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryCorpus } from '../testing/memory-corpus.js';
import { createBatchStream, type BatchStream } from './batch-stream.js';
import type { Batch } from './batch.js';
import { corpusSchema, type CorpusPiece } from './corpus-format.js';
import { mixCorpora } from './mix-corpora.js';
import type { Corpus, CorpusPart } from './open-corpus.js';
import { createEndlessOrder } from './piece-order.js';

const one = createMemoryCorpus({ seed: 1 });
const two = createMemoryCorpus({ seed: 2, pieces: { train: 4, validation: 1, test: 1 } });
const tiny = createMemoryCorpus({ seed: 3, pieces: { train: 1, validation: 0, test: 0 } });
const huge = createMemoryCorpus({ seed: 4, pieces: { train: 700, validation: 9, test: 0 } });

async function take(stream: BatchStream, windows: number): Promise<Batch[]> {
  const batches: Batch[] = [];
  for (let window = 0; window < windows; window++) batches.push((await stream.next())!);
  return batches;
}

/** Pieces and tokens that the first ordinals take from each part. */
function takenFrom(parts: readonly CorpusPart[], ordinals: number, seed = 1): [number, number][] {
  const order = createEndlessOrder(mixCorpora(parts), 'train', seed);
  const pieces = Array.from({ length: ordinals }, (_, ordinal) => order.pieceAt(ordinal)!);
  return parts.map(({ corpus }) => {
    const own = new Set(corpus.pieces('train'));
    const taken = pieces.filter((piece) => own.has(piece));
    return [taken.length, taken.reduce((sum, { tokens }) => sum + tokens, 0)];
  });
}

function tokensIn(corpus: Corpus): number {
  return corpus.pieces('train').reduce((sum, { tokens }) => sum + tokens, 0);
}

describe('the share of a part', () => {
  it('is that of its weight, in tokens', () => {
    const weight = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(weight, weight, weight, fc.nat(), (a, b, c, seed) => {
        const parts = [
          { corpus: one, weight: a },
          { corpus: huge, weight: b },
          { corpus: tiny, weight: c },
        ];
        const taken = takenFrom(parts, 4000, seed);
        const total = taken.reduce((sum, [, tokens]) => sum + tokens, 0);
        parts.forEach((part, index) => {
          // Over whole passes the share is exact; the last pass of a part may have begun with its long pieces. Pieces
          // of `huge` differ by a few per cent at 4,000 draws, others by less.
          const share = part.weight / (a + b + c);
          expect(Math.abs(taken[index][1] / total - share)).toBeLessThan(0.01);
        });
      }),
      { seed: 1, numRuns: 20 },
    );
  });

  it('holds at every moment: never off by more turns than there are parts', () => {
    const weight = fc.double({ min: 0.01, max: 100, noNaN: true });
    const counts = fc.integer({ min: 1, max: 500 });
    fc.assert(
      fc.property(fc.array(weight, { minLength: 2, maxLength: 4 }), counts, (weights, ordinals) => {
        const corpora = [one, two, tiny, huge];
        const parts = weights.map((each, index) => ({ corpus: corpora[index], weight: each }));
        const odds = parts.map(
          ({ corpus, weight: own }) => (own * corpus.pieces('train').length) / tokensIn(corpus),
        );
        const sum = odds.reduce((total, each) => total + each, 0);
        takenFrom(parts, ordinals).forEach(([pieces], index) => {
          const fair = (ordinals * odds[index]) / sum;
          expect(Math.abs(pieces - fair)).toBeLessThan(parts.length);
        });
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  it('comes from whole passes over the part, each in an order of its own', () => {
    const mix = mixCorpora([
      { corpus: one, weight: 1 },
      { corpus: huge, weight: 5 },
    ]);
    const order = createEndlessOrder(mix, 'train', 7);
    const own = new Set(one.pieces('train'));
    const taken: CorpusPiece[] = [];
    for (let ordinal = 0; taken.length < 3 * own.size; ordinal++) {
      const piece = order.pieceAt(ordinal)!;
      if (own.has(piece)) taken.push(piece);
    }
    const passes = [0, 1, 2].map((pass) => taken.slice(pass * own.size, (pass + 1) * own.size));
    for (const pass of passes) expect(new Set(pass)).toEqual(own);
    expect(passes[1]).not.toEqual(passes[0]);
  });
});

describe('a stream of a mix', () => {
  const mix = mixCorpora([
    { corpus: one, weight: 1 },
    { corpus: two, weight: 2 },
    { corpus: tiny, weight: 0.5 },
  ]);

  it('goes on from any cut exactly as if there had been none', async () => {
    const sizes = {
      batch: fc.integer({ min: 1, max: 8 }),
      steps: fc.integer({ min: 1, max: 70 }),
    };
    const cut = fc.integer({ min: 0, max: 20 });
    await fc.assert(
      fc.asyncProperty(fc.record(sizes), fc.nat(9), cut, async (size, seed, windows) => {
        const options = { ...size, seed, transpose: true, rotateBars: true, labelDropout: 0.5 };
        const whole = createBatchStream(mix, 'train', options);
        await take(whole, windows);
        const cursor = JSON.parse(JSON.stringify(whole.cursor()));
        const resumed = createBatchStream(mix, 'train', { ...options, cursor });
        expect(resumed.epoch).toBe(whole.epoch);
        expect(await take(resumed, 8)).toEqual(await take(whole, 8));
        expect(resumed.cursor()).toEqual(whole.cursor());
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  it('of one corpus is the stream of that corpus', async () => {
    const options = { batch: 3, steps: 40, seed: 2, transpose: true, labelDropout: 0.3 };
    const alone = createBatchStream(one, 'train', options);
    const mixed = createBatchStream(mixCorpora([{ corpus: one, weight: 7 }]), 'train', options);
    expect(await take(mixed, 60)).toEqual(await take(alone, 60));
    expect(mixed.cursor()).toEqual(alone.cursor());
    expect(mixed.epoch).toBe(alone.epoch);
  });

  it('counts an epoch when as many tokens were drawn as there are', async () => {
    const options = { batch: 1, steps: 64 };
    const stream = createBatchStream(mix, 'train', options);
    const windows = 400;
    await take(stream, windows);
    const epochs = (windows * 64) / (tokensIn(one) + tokensIn(two) + tokensIn(tiny));
    // Pieces count when they begin, and the last passes are not whole.
    expect(Math.abs(stream.epoch / epochs - 1)).toBeLessThan(0.02);
  });

  it('gives other turns for another seed', () => {
    const turns = (seed: number): string[] => {
      const order = createEndlessOrder(mix, 'train', seed);
      const own = new Set(one.pieces('train'));
      return Array.from({ length: 50 }, (_, at) => (own.has(order.pieceAt(at)!) ? '1' : '0'));
    };
    expect(turns(1)).not.toEqual(turns(2));
    expect(turns(1)).toEqual(turns(1));
  });

  it('of validation is one pass over the pieces of all parts', async () => {
    const stream = createBatchStream(mix, 'validation', { batch: 1, steps: 4000 });
    const window = (await stream.next())!;
    const targets = window.weights.reduce((sum, weight) => sum + weight, 0);
    const pieces = [...one.pieces('validation'), ...two.pieces('validation')];
    expect(targets).toBe(pieces.reduce((sum, { tokens }) => sum + tokens - 1, 0));
    expect(mix.pieces('validation')).toEqual(pieces);
  });

  it('says which part has no pieces to train on', () => {
    const untrained = createMemoryCorpus({ pieces: { train: 0, validation: 1, test: 0 } });
    const useless = mixCorpora([
      { corpus: one, weight: 1 },
      { corpus: untrained, weight: 1 },
    ]);
    expect(() => createBatchStream(useless, 'train', { batch: 1, steps: 1 })).toThrow(
      expect.objectContaining({ code: 'empty-split' }),
    );
  });
});

describe('a mix', () => {
  it('reads the tokens of each part from that part', async () => {
    const mix = mixCorpora([
      { corpus: one, weight: 1 },
      { corpus: two, weight: 1 },
    ]);
    for (const corpus of [one, two]) {
      for (const piece of corpus.pieces('test')) {
        expect(await mix.readTokens(piece)).toEqual(await corpus.readTokens(piece));
      }
    }
    await expect(mix.readTokens(huge.pieces('train')[0])).rejects.toThrow(
      'not a piece of this mix',
    );
  });

  it('takes a corpus twice, shuffles it twice and evaluates it once', () => {
    const again = createMemoryCorpus({ seed: 1 }); // the same, opened a second time
    for (const second of [one, again]) {
      const mix = mixCorpora([
        { corpus: one, weight: 1 },
        { corpus: second, weight: 1 },
      ]);
      expect(mix.pieces('validation').map(({ path }) => path)).toEqual(
        one.pieces('validation').map(({ path }) => path),
      );
      expect(mix.description.tokens).toBe(one.description.tokens);
      const order = createEndlessOrder(mix, 'train', 3);
      const paths = Array.from({ length: 12 }, (_, at) => order.pieceAt(at)!.path);
      const [odd, even] = [0, 1].map((rest) => paths.filter((_, at) => at % 2 === rest));
      expect(odd.toSorted()).toEqual(even.toSorted());
      expect(odd).not.toEqual(even);
    }
  });

  it('stands for its parts inside another mix', () => {
    const inner = mixCorpora([
      { corpus: one, weight: 1 },
      { corpus: two, weight: 3 },
    ]);
    const outer = mixCorpora([
      { corpus: inner, weight: 8 },
      { corpus: tiny, weight: 1 },
    ]);
    expect(outer.parts).toEqual([
      { corpus: one, weight: 2 },
      { corpus: two, weight: 6 },
      { corpus: tiny, weight: 1 },
    ]);
  });

  it('is named by its parts, their order and their weights', () => {
    const idOf = (...parts: [Corpus, number][]): string =>
      mixCorpora(parts.map(([corpus, weight]) => ({ corpus, weight }))).id;
    const id = idOf([one, 1], [two, 2]);
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(idOf([one, 1], [two, 2])).toBe(id);
    for (const other of [idOf([two, 2], [one, 1]), idOf([one, 1], [two, 3]), idOf([one, 1])]) {
      expect(other).not.toBe(id);
    }
  });

  it('describes what all parts hold together', () => {
    const { description } = mixCorpora([
      { corpus: one, weight: 1 },
      { corpus: two, weight: 9 },
    ]);
    expect(corpusSchema.parse(description)).toEqual(description);
    expect(description.source).toBe('memory + memory');
    expect(description.pieces).toBe(10 + 6);
    expect(description.notes).toBe(one.description.notes + two.description.notes);
    expect(description.splits.train.pieces).toBe(6 + 4);
    expect(description.options.validationShare).toBeCloseTo(3 / 16);
    expect(description.files.kept).toBe(16);
  });

  it('closes every part, also when one cannot be closed', async () => {
    const closed: string[] = [];
    const closing = (corpus: Corpus, name: string, fails = false): Corpus => ({
      ...corpus,
      close: () => {
        closed.push(name);
        return fails ? Promise.reject(new Error(`${name} is stuck`)) : Promise.resolve();
      },
    });
    const first = closing(one, 'first', true);
    const mix = mixCorpora([
      { corpus: first, weight: 1 },
      { corpus: closing(two, 'second'), weight: 1 },
      { corpus: first, weight: 1 },
    ]);
    await expect(mix.close()).rejects.toThrow('first is stuck');
    expect(closed).toEqual(['first', 'second']);
  });
});

describe('refuses', () => {
  it('an empty list', () => {
    expect(() => mixCorpora([])).toThrow(expect.objectContaining({ code: 'empty-mix' }));
  });

  it.each([0, -1, Number.NaN, Infinity, 1e-9, 1e9])('the weight %s', (weight) => {
    const parts = [
      { corpus: one, weight: 1 },
      { corpus: two, weight },
    ];
    expect(() => mixCorpora(parts)).toThrow(expect.objectContaining({ code: 'weight' }));
  });

  it('corpora of different tokenizers, with the way out', () => {
    const other = createMemoryCorpus({ highestPitch: 70 });
    const parts = [one, other].map((corpus) => ({ corpus, weight: 1 }));
    expect(() => mixCorpora(parts)).toThrow(
      expect.objectContaining({
        code: 'other-tokenizer',
        message: expect.stringContaining('prepare --tokenizer'),
      }),
    );
  });
});
