import { createFakeModel } from '@ostinato/core/testing';
import { describe, expect, it } from 'vitest';
import { createMemoryCorpus } from '../testing/memory-corpus.js';
import { evaluateNGram, trainNGram } from './evaluate-n-gram.js';
import { evaluateTokens } from './evaluate-tokens.js';

const corpus = createMemoryCorpus({ pieces: { train: 30, validation: 3, test: 5 } });
const { tokenizer } = corpus;

async function testTokens(): Promise<Uint16Array[]> {
  return Promise.all(corpus.pieces('test').map(async (piece) => corpus.readTokens(piece)));
}

describe('evaluateTokens', () => {
  it('agrees with the model’s own scores and counts every note once', async () => {
    await using model = createFakeModel(tokenizer.grammar);
    let nats = 0;
    let tokens = 0;
    for (const piece of await testTokens()) {
      const scores = await model.score(Int32Array.from(piece), 1);
      nats -= scores.reduce((sum, score) => sum + score, 0);
      tokens += scores.length;
    }
    const notes = corpus.pieces('test').reduce((sum, piece) => sum + piece.notes, 0);
    const found = await evaluateTokens(model, corpus, 'test');
    expect(found).toMatchObject({ tokens, notes });
    // Scores are float32: some 1,000 of them, each rounded to seven digits.
    expect(found.natsPerToken).toBeCloseTo(nats / tokens, 5);
    expect(found.natsPerNote).toBeCloseTo(nats / notes, 4);
  });

  it('gives the same figures for any number of pieces side by side', async () => {
    await using model = createFakeModel(tokenizer.grammar);
    const together = await evaluateTokens(model, corpus, 'test', { batch: 16 });
    const alone = await evaluateTokens(model, corpus, 'test', { batch: 1 });
    // The sums are the same numbers in another order.
    expect(alone.natsPerToken).toBeCloseTo(together.natsPerToken, 10);
    expect(alone.accuracy).toBe(together.accuracy);
  });

  it('counts a token as right where no allowed one is likelier', async () => {
    // All logits 0: every allowed token is among the likeliest.
    await using flat = createFakeModel(tokenizer.grammar, { sharpness: 0 });
    const found = await evaluateTokens(flat, corpus, 'test');
    expect(found.accuracy).toBe(1);
    const { stateAfter, allowed } = tokenizer.grammar;
    const V = tokenizer.vocabularySize;
    let nats = 0;
    for (const piece of await testTokens()) {
      for (const token of piece.subarray(0, -1)) {
        const row = allowed.subarray(stateAfter[token] * V, (stateAfter[token] + 1) * V);
        nats += Math.log(row.reduce((sum, one) => sum + one, 0));
      }
    }
    expect(found.natsPerToken * found.tokens).toBeCloseTo(nats, 6);
  });

  it('reports progress up to the end', async () => {
    await using model = createFakeModel(tokenizer.grammar);
    const reports: number[] = [];
    const { tokens } = await evaluateTokens(model, corpus, 'test', {
      onProgress: ({ tokensDone, tokensTotal }) => reports.push(tokensDone / tokensTotal),
    });
    expect(reports.at(-1)).toBe(1);
    expect(tokens).toBeGreaterThan(0);
  });

  it('stops when it is told to', async () => {
    await using model = createFakeModel(tokenizer.grammar);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(evaluateTokens(model, corpus, 'test', { signal })).rejects.toThrow('enough');
  });

  it('refuses to read no pieces at a time, which would never end', async () => {
    await using model = createFakeModel(tokenizer.grammar);
    await expect(evaluateTokens(model, corpus, 'test', { batch: 0 })).rejects.toThrow(RangeError);
  });

  it('refuses a model of another vocabulary', async () => {
    const other = createMemoryCorpus({ highestPitch: 70 });
    await using model = createFakeModel(other.tokenizer.grammar);
    await expect(evaluateTokens(model, corpus, 'test')).rejects.toThrow(
      /vocabulary is \d+.*corpus/,
    );
  });
});

describe('the n-gram baseline', () => {
  it('predicts what it was trained on better the longer its history', async () => {
    const figures = [];
    for (const order of [1, 2, 5]) {
      const model = await trainNGram(corpus, { order });
      figures.push(await evaluateNGram(model, corpus, 'test'));
    }
    expect(figures[1].natsPerToken).toBeLessThan(figures[0].natsPerToken);
    expect(figures[2].natsPerToken).toBeLessThan(figures[1].natsPerToken);
    expect(figures[2].accuracy).toBeGreaterThan(figures[0].accuracy);
  });

  it('is measured on the same tokens as a network', async () => {
    await using network = createFakeModel(tokenizer.grammar);
    const { tokens, notes } = await evaluateTokens(network, corpus, 'test');
    const model = await trainNGram(corpus);
    expect(await evaluateNGram(model, corpus, 'test')).toMatchObject({ tokens, notes });
  });

  it('gives nothing to what the grammar forbids', async () => {
    // A unigram knows no order: without the mask it would give allowed tokens their plain shares.
    const model = await trainNGram(corpus, { order: 1 });
    const everything = new Uint8Array(tokenizer.grammar.allowed.length).fill(1);
    const free = {
      ...corpus,
      tokenizer: { ...tokenizer, grammar: { ...tokenizer.grammar, allowed: everything } },
    };
    const masked = await evaluateNGram(model, corpus, 'test');
    const plain = await evaluateNGram(model, free, 'test');
    expect(masked.natsPerToken).toBeLessThan(plain.natsPerToken);
  });
});
