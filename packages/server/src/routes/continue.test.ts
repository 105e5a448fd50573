import { type Composition, compose, readMidi, writeMidi } from '@ostinato/core';
import { describe, expect, it } from 'vitest';
import { createApp } from '../create-app.js';
import { postFile, smallMidi, smallScore } from '../testing/requests.js';
import { fakeServedModel } from '../testing/served-model.js';

const served = fakeServedModel();
const app = createApp({ models: { musicnet: served } });
const PATH = '/v1/models/musicnet/continue';
const midi = smallMidi();

async function continued(options: object): Promise<Composition> {
  const { model, tokenizer, manifest } = served;
  const primer = readMidi(midi).score;
  return compose(model, tokenizer, { ...manifest.sampling, seed: 7, primer, ...options });
}

describe('POST /v1/models/{model}/continue', () => {
  it('gives what `ostinato generate --primer` writes', async () => {
    const { score } = await continued({
      seconds: 3,
      labels: { composer: 'Bach' },
      instruments: [0, 40],
      pitchRange: [48, 72],
    });
    const query =
      'seed=7&seconds=3&label=composer=Bach&instruments=acoustic-grand-piano,40&pitchRange=48,72';
    const answer = await postFile(app, `${PATH}?${query}`, midi);
    expect(answer.status).toBe(200);
    const expected = writeMidi({ ...score, name: 'musicnet, seed 7' });
    expect(Buffer.from(await answer.arrayBuffer()).equals(expected)).toBe(true);
  });

  it('takes the file as a part of a form, and as bytes without a type', async () => {
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(midi)]), 'small.mid');
    const path = `${PATH}?seed=7&notes=3`;
    const asFile = await postFile(app, path, midi);
    const asForm = await app.request(path, { method: 'POST', body: form });
    const bare = await app.request(path, { method: 'POST', body: new Uint8Array(midi) });
    const expected = await asFile.arrayBuffer();
    expect(await asForm.arrayBuffer()).toEqual(expected);
    expect(await bare.arrayBuffer()).toEqual(expected);
  });

  it('tells what of the file the model cannot say', async () => {
    const path = `${PATH}?seed=7&notes=3`;
    const headers = { accept: 'application/json' };
    const answer = await postFile(app, path, smallMidi({ drums: 4 }), headers);
    expect(answer.headers.get('ostinato-primer-loss')).toMatch(/^dropped=4, moved=0,/);
    expect(await answer.json()).toMatchObject({
      noteCount: 8,
      primerLoss: { notes: 5, notesDropped: 4 },
    });
  });

  it('refuses a sound of more than an hour, which a long piece may come to, and gives its MIDI', async () => {
    const far = smallScore();
    const [track] = far.tracks;
    const [first, last] = track.notes;
    const notes = [first, { ...last, startTicks: 2 * 3600 * 480 }];
    const file = writeMidi({ ...far, tracks: [{ ...track, notes }] });
    const ask = (accept: string) => postFile(app, `${PATH}?seed=7&notes=3`, file, { accept });
    const refused = await ask('audio/wav');
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({
      code: 'outside-limits',
      detail: expect.stringMatching(/^the piece lasts 36\d\d s, .* at most 3600 s; /) as string,
    });
    expect((await ask('audio/midi')).status).toBe(200);
  });

  it('gives the new notes alone where it is told to', async () => {
    const headers = { accept: 'application/json' };
    const path = `${PATH}?seed=7&notes=3&includePrimer=false`;
    const answer = await postFile(app, path, midi, headers);
    expect(await answer.json()).toMatchObject({ noteCount: 3 });
  });
});
