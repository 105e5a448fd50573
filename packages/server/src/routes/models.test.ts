import { describe, expect, it } from 'vitest';
import { createApp } from '../create-app.js';
import { fakeServedModel } from '../testing/served-model.js';

const served = fakeServedModel();
const { manifest, tokenizer } = served;

describe('GET /v1/models/{model}', () => {
  it('says all that a client needs for a request, and what a person wants to know', async () => {
    const app = createApp({ models: { 'my.model': served }, limits: { seconds: 90 } });
    const model = (await (await app.request('/v1/models/my.model')).json()) as object;
    expect(model).toMatchObject({
      name: 'my.model',
      ready: true,
      title: 'musicnet',
      description: manifest.description,
      licence: 'CC-BY-4.0',
      training: manifest.training,
      architecture: { kind: 'lstm', layers: 2, hiddenSize: 512 },
      precision: 'int8',
      sha256: manifest.sha256,
      labels: { composer: expect.arrayContaining(['Bach', 'Ravel']) as string[] },
      pitchRange: [21, 104],
      percussionKeys: null,
      tempoBpm: [tokenizer.config.tempo.lowestBpm, tokenizer.config.tempo.highestBpm],
      sampling: manifest.sampling,
      limits: { seconds: 90, notes: 20_000, bodyBytes: 2 * 1024 * 1024 },
    });
    expect(model).toMatchObject({
      instruments: expect.arrayContaining([{ id: 'violin', name: 'Violin', program: 40 }]) as [],
      timeSignatures: expect.arrayContaining([{ numerator: 6, denominator: 8 }]) as [],
    });
  });

  it('tells the form that runs where it is another', async () => {
    const app = createApp({ models: { fast: { ...served, precision: 'int8-dynamic' } } });
    const answer = await app.request('/v1/models/fast');
    expect(await answer.json()).toMatchObject({ precision: 'int8-dynamic' });
  });
});
