import {
  compose,
  encodeWav,
  pianoRollSvg,
  readMidi,
  type Score,
  synthesize,
  writeMidi,
} from '@ostinato/core';
import { describe, expect, it } from 'vitest';
import { createApp } from '../create-app.js';
import { fakeServedModel } from '../testing/served-model.js';

const served = fakeServedModel();
const app = createApp({ models: { musicnet: served } });

function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return Promise.resolve(
    app.request('/v1/models/musicnet/compose', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  );
}

/** What `ostinato generate` would write. */
async function expectedScore(options: object): Promise<Score> {
  const { model, tokenizer, manifest } = served;
  const { score } = await compose(model, tokenizer, {
    ...manifest.sampling,
    seconds: 60,
    ...options,
  });
  return { ...score, name: 'musicnet, seed 7' };
}

describe('POST /v1/models/{model}/compose', () => {
  it('gives the bytes that `ostinato generate` writes, in every form', async () => {
    const score = await expectedScore({ seed: '7', seconds: 5 });
    const forms = {
      'audio/midi': writeMidi(score),
      'image/svg+xml': new TextEncoder().encode(pianoRollSvg(score)),
      'audio/wav': encodeWav(synthesize(score), 44_100),
    };
    for (const [type, bytes] of Object.entries(forms)) {
      const answer = await post({ seed: 7, seconds: 5 }, { accept: type });
      expect(answer.headers.get('content-type')).toBe(type);
      expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    }
  });

  it('tells the seed that it chose, which gives the same piece again', async () => {
    const first = await post({ notes: 5 });
    const seed = Number(first.headers.get('ostinato-seed'));
    const second = await post({ notes: 5, seed });
    expect(await second.arrayBuffer()).toEqual(await first.arrayBuffer());
    expect(second.headers.get('content-disposition')).toBe(
      `inline; filename="musicnet-${seed}.mid"`,
    );
  });

  it('composes a minute with the options of the manifest where nothing is asked', async () => {
    const answer = await app.request('/v1/models/musicnet/compose', { method: 'POST' });
    const seed = Number(answer.headers.get('ostinato-seed'));
    const { score } = readMidi(new Uint8Array(await answer.arrayBuffer()));
    const expected = await expectedScore({ seed });
    expect({ ...score, name: '' }).toEqual(readMidi(writeMidi({ ...expected, name: '' })).score);
  });
});
