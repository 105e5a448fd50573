import { describe, expect, it } from 'vitest';
import { mixCorpora } from '../data/mix-corpora.js';
import { createMemoryCorpus } from '../testing/memory-corpus.js';
import { checkData, dataWarnings } from './check-data.js';
import { resolveTrainOptions } from './train-options.js';

const corpus = createMemoryCorpus();
const options = resolveTrainOptions({ batch: 2, windowSteps: 16 });
const onlyTraining = createMemoryCorpus({ pieces: { train: 2, validation: 0, test: 0 } });

describe('checkData', () => {
  it('accepts data that fills a batch', () => {
    expect(() => checkData(corpus, options)).not.toThrow();
  });

  it('names the largest batch that the corpus can fill', () => {
    const tokens = corpus.pieces('train').reduce((sum, piece) => sum + piece.tokens, 0);
    const largest = Math.floor(tokens / 16);
    expect(() => checkData(corpus, { ...options, batch: largest })).not.toThrow();
    expect(() => checkData(corpus, { ...options, batch: largest + 1 })).toThrow(
      expect.objectContaining({
        code: 'bad-option',
        message: expect.stringContaining(
          `the largest batch that works with this window is ${largest}`,
        ),
      }),
    );
    expect(() => checkData(corpus, { ...options, batch: 1, windowSteps: 4096 })).toThrow(
      `a window of at most ${tokens} tokens`,
    );
  });

  it('refuses a corpus without training pieces', () => {
    const empty = createMemoryCorpus({ pieces: { train: 0, validation: 1, test: 1 } });
    expect(() => checkData(empty, options)).toThrow(
      expect.objectContaining({ code: 'empty-split' }),
    );
    const mix = mixCorpora([corpus, empty].map((part) => ({ corpus: part, weight: 1 })));
    expect(() => checkData(mix, options)).toThrow(expect.objectContaining({ code: 'empty-split' }));
  });

  it('refuses a corpus of one piece, also where it is given twice', () => {
    const alone = createMemoryCorpus({ pieces: { train: 1, validation: 0, test: 0 } });
    const mix = mixCorpora([alone, alone].map((part) => ({ corpus: part, weight: 1 })));
    for (const data of [alone, mix]) {
      expect(() => checkData(data, { ...options, batch: 1 })).toThrow(
        expect.objectContaining({
          code: 'one-piece',
          message: expect.stringMatching(/^the corpus memory holds one piece only: .*; prepare/),
        }),
      );
    }
    expect(() => checkData(onlyTraining, options)).not.toThrow();
  });

  it('refuses what needs an evaluation without validation pieces', () => {
    expect(() => checkData(onlyTraining, options)).not.toThrow();
    expect(() => checkData(onlyTraining, { ...options, schedule: 'plateau' })).toThrow(
      /schedule: a plateau needs .* no validation pieces/,
    );
    expect(() => checkData(onlyTraining, { ...options, earlyStopping: 2 })).toThrow(
      /earlyStopping: .* no validation pieces/,
    );
  });
});

describe('dataWarnings', () => {
  it('is silent about ordinary data', () => {
    expect(dataWarnings(corpus, options)).toEqual([]);
  });

  it('tells of pieces that are too few', () => {
    expect(dataWarnings(onlyTraining, { ...options, batch: 3 })).toEqual([
      expect.stringContaining('no validation pieces'),
      expect.stringContaining('3 sequences side by side are trained on 2 pieces:'),
    ]);
  });
});
