import { readMidi } from '@ostinato/core';
import { expect, it } from 'vitest';
import { createApp } from '../create-app.js';
import { postFile, smallMidi } from '../testing/requests.js';
import { fakeServedModel } from '../testing/served-model.js';

const served = fakeServedModel();
const app = createApp({ models: { musicnet: served } });
const PATH = '/v1/models/musicnet/evaluate';

interface Part {
  tokens: number;
  notes: number;
  logLikelihood: number;
}

it('adds up the model’s own scores: of the piece, and of its bars', async () => {
  const answer = await postFile(app, PATH, smallMidi({ drums: 2 }));
  const found = (await answer.json()) as Part & { head: Part; bars: Part[] };
  const { tokens } = served.tokenizer.encode(readMidi(smallMidi()).score);
  const scores = [...(await served.model.score(Int32Array.from(tokens), 1))];
  const total = scores.reduce((sum, score) => sum + score, 0);
  // The same float32 numbers, added in another order.
  expect(found.logLikelihood).toBeCloseTo(total, 6);
  expect(found).toMatchObject({
    tokens: tokens.length - 1,
    notes: 5,
    natsPerToken: -found.logLikelihood / (tokens.length - 1),
    natsPerNote: -found.logLikelihood / 5,
    perplexity: Math.exp(-found.logLikelihood / (tokens.length - 1)),
    loss: { notes: 5, notesDropped: 2 },
  });
  const { head, bars } = found;
  expect(bars.map(({ notes }) => notes)).toEqual([4, 1]);
  const first = [...tokens].findIndex((token) => served.tokenizer.kindOf(token) === 'Bar');
  expect(head.tokens).toBe(first - 1);
  for (const name of ['tokens', 'notes', 'logLikelihood'] as const) {
    const sum = [head, ...bars].reduce((all, part) => all + part[name], 0);
    expect(sum).toBeCloseTo(found[name], 9);
  }
});

it('hears the labels that are given', async () => {
  const likelihoods = [];
  for (const query of ['', '?label=composer=Bach', '?label=composer=Ravel']) {
    const answer = await postFile(app, PATH + query, smallMidi());
    likelihoods.push(((await answer.json()) as Part).logLikelihood);
  }
  expect(new Set(likelihoods).size).toBe(3);
});
