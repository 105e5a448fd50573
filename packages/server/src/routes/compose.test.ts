import {
  compose,
  encodeWav,
  type GenerateOptions,
  pianoRollSvg,
  readMidi,
  type Score,
  synthesize,
  writeMidi,
} from '@ostinato/core';
import { describe, expect, it } from 'vitest';
import { createApp } from '../create-app.js';
import { postJson, smallMidi } from '../testing/requests.js';
import { fakeServedModel } from '../testing/served-model.js';

const served = fakeServedModel();
const app = createApp({ models: { musicnet: served } });
const PATH = '/v1/models/musicnet/compose';

/** What `ostinato generate --seed 7` writes. */
async function generated(options: GenerateOptions): Promise<Score> {
  const { model, tokenizer, manifest } = served;
  const asked = { ...manifest.sampling, seed: '7', seconds: 60, ...options };
  const { score } = await compose(model, tokenizer, asked);
  return { ...score, name: 'musicnet, seed 7' };
}

async function bytesOf(answer: Response): Promise<Buffer> {
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

describe('POST /v1/models/{model}/compose', () => {
  it('gives the bytes that `ostinato generate` writes, in every form', async () => {
    const score = await generated({ seconds: 5 });
    const forms = {
      'audio/midi': writeMidi(score),
      'image/svg+xml': new TextEncoder().encode(pianoRollSvg(score)),
      'audio/wav': encodeWav(synthesize(score), 44_100),
    };
    for (const [type, bytes] of Object.entries(forms)) {
      const answer = await postJson(app, PATH, { seed: 7, seconds: 5 }, { accept: type });
      expect(answer.headers.get('content-type')).toBe(type);
      expect(answer.headers.get('vary')).toBe('accept');
      if (type === 'audio/wav') {
        expect(answer.headers.get('content-length')).toBe(String(bytes.length));
      }
      expect((await bytesOf(answer)).equals(bytes)).toBe(true);
    }
  });

  it('passes every option on', async () => {
    const request = {
      seed: '7',
      bars: 3,
      temperature: 0.8,
      topK: 40,
      topP: 0.9,
      minP: 0.01,
      instruments: ['violin', '42'],
      labels: { composer: 'Bach' },
      pitchRange: [48, 72],
      mayEndEarly: true,
    };
    const score = await generated({
      ...request,
      seconds: 600,
      pitchRange: [48, 72],
      instruments: [40, 42],
    });
    const answer = await postJson(app, PATH, request);
    expect((await bytesOf(answer)).equals(writeMidi(score))).toBe(true);
  });

  it('composes a minute as the manifest recommends where nothing is asked, and tells the seed', async () => {
    const answer = await app.request(PATH, { method: 'POST' });
    const seed = answer.headers.get('ostinato-seed')!;
    const expected = { ...(await generated({ seed })), name: `musicnet, seed ${seed}` };
    expect(answer.headers.get('content-disposition')).toBe(
      `inline; filename="musicnet-${seed}.mid"`,
    );
    expect((await bytesOf(answer)).equals(writeMidi(expected))).toBe(true);
  });

  it('describes a piece in JSON: what a MIDI file of it holds, and how it came about', async () => {
    const request = { seed: 'ä b', notes: 5 };
    const answer = await postJson(app, PATH, request, { accept: 'application/json' });
    const { notes, ...facts } = (await answer.json()) as { notes: object[] };
    const midi = await postJson(app, PATH, request);
    const { score } = readMidi(await bytesOf(midi));
    expect(notes).toHaveLength(5);
    expect(facts).toMatchObject({ seed: 'ä b', stoppedBy: 'notes', noteCount: 5 });
    const expected = score.tracks.flatMap((track) => track.notes);
    for (const { pitch, startTicks, durationTicks, velocity } of expected) {
      expect(notes).toContainEqual(
        expect.objectContaining({ pitch, startTicks, durationTicks, velocity }),
      );
    }
    expect(decodeURIComponent(midi.headers.get('ostinato-seed')!)).toBe('ä b');
    expect(midi.headers.get('content-disposition')).toBe('inline; filename="musicnet-b.mid"');
  });

  it('continues a primer, given as a file in base64, as a part of a form, or as notes', async () => {
    const midi = Buffer.from(smallMidi());
    const primer = readMidi(midi).score;
    const expected = writeMidi(await generated({ seconds: 3, primer }));
    const inJson = await postJson(app, PATH, {
      seed: 7,
      seconds: 3,
      primer: { midi: midi.toString('base64') },
    });
    expect((await bytesOf(inJson)).equals(expected)).toBe(true);
    expect(inJson.headers.get('ostinato-primer-loss')).toBe(
      'dropped=0, moved=0, other-instrument=0, shortened=0',
    );

    const form = new FormData();
    form.set('request', JSON.stringify({ seed: 7, seconds: 3 }));
    form.set('primer', new Blob([midi]), 'small.mid');
    const inForm = await app.request(PATH, { method: 'POST', body: form });
    expect((await bytesOf(inForm)).equals(expected)).toBe(true);

    const notes = [60, 62, 64, 65, 67].map((pitch, index) => ({
      pitch,
      startSeconds: index * 0.5,
      durationSeconds: 0.5,
      instrument: 'acoustic-grand-piano',
    }));
    const asNotes = await postJson(app, PATH, { seed: 7, seconds: 3, primer: { notes } });
    expect((await bytesOf(asNotes)).equals(expected)).toBe(true);
  });

  it('leaves the primer out where it is told to, and the rest where it was', async () => {
    const midi = Buffer.from(smallMidi()).toString('base64');
    const request = { seed: 7, notes: 6, primer: { midi } };
    const all = await postJson(app, PATH, request, { accept: 'application/json' });
    const asked = { ...request, includePrimer: false };
    const rest = await postJson(app, PATH, asked, { accept: 'application/json' });
    const { notes } = (await all.json()) as { notes: unknown[] };
    const { notes: newNotes, ...facts } = (await rest.json()) as { notes: unknown[] };
    expect(facts).toMatchObject({ noteCount: 6 });
    expect(notes).toHaveLength(11);
    expect(newNotes).toEqual(notes.slice(5));
  });
});
