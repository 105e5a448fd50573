import { generate, instrumentSlug, type NoteEvent } from '@ostinato/core';
import { describe, expect, it } from 'vitest';
import { createApp } from '../create-app.js';
import { readEvents, type ReceivedEvent } from '../testing/read-events.js';
import { fakeServedModel } from '../testing/served-model.js';

const served = fakeServedModel();
const models = { musicnet: served };
const app = createApp({ models });

type Body = Record<string, unknown>;

function post(
  body: Body,
  { lastEventId, to = app }: { lastEventId?: string; to?: typeof app } = {},
) {
  return to.request('/v1/models/musicnet/stream', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
    body: JSON.stringify(body),
  });
}

function get(query: string, headers: Record<string, string> = {}) {
  return app.request(`/v1/models/musicnet/stream?${query}`, { headers });
}

/** What core gives for the same request. */
async function expectedNotes(options: object): Promise<Body[]> {
  const { model, tokenizer, manifest } = served;
  const notes: NoteEvent[] = [];
  for await (const note of generate(model, tokenizer, { ...manifest.sampling, ...options })) {
    notes.push(note);
  }
  return notes.map(({ type: _, instrument, ...note }) => ({
    ...note,
    instrument: instrumentSlug(instrument),
  }));
}

const notesOf = (events: readonly ReceivedEvent[]) =>
  events.filter(({ event }) => event === 'note').map(({ data }) => data);

describe('streams', () => {
  it('begin with what was asked for, give every note, and say how it ended', async () => {
    const answer = await post({ seed: 'one', seconds: 8, temperature: 0.9 });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('ostinato-seed')).toBe('one');
    const events = await readEvents(answer);
    expect(events[0]).toMatchObject({
      event: 'start',
      data: {
        model: 'musicnet',
        seed: 'one',
        request: { seconds: 8, temperature: 0.9, pace: 'fast', leadSeconds: 2 },
      },
    });
    const notes = await expectedNotes({ seed: 'one', seconds: 8, temperature: 0.9 });
    expect(notes.length).toBeGreaterThan(10);
    expect(notesOf(events)).toEqual(notes);
    expect(events.at(-1)).toMatchObject({
      event: 'end',
      data: { stoppedBy: 'seconds', notes: notes.length, lateNotes: 0, latestSeconds: 0 },
    });
    expect(events).toHaveLength(notes.length + 2);
  });

  it('take the same in an address', async () => {
    const body = {
      seed: 7,
      notes: 5,
      topK: 50,
      instruments: ['violin', 'cello'],
      labels: { composer: 'Bach' },
      pitchRange: [48, 72],
      mayEndEarly: true,
    };
    const query =
      'seed=7&notes=5&topK=50&instruments=violin,cello&label=composer=Bach&pitchRange=48,72&mayEndEarly=true';
    const [, ...asBody] = await readEvents(post(body));
    const [, ...asQuery] = await readEvents(get(query));
    expect(asQuery.map(({ data }) => data)).toEqual(asBody.map(({ data }) => data));
    expect(notesOf(asQuery)).toHaveLength(5);
  });

  it('go on from a primer, with its notes first', async () => {
    const primer = { notes: [{ pitch: 60, startSeconds: 0, durationSeconds: 1 }] };
    const events = await readEvents(post({ seed: 1, notes: 3, primer }));
    expect(events[0].data.request).not.toHaveProperty('primer');
    expect(notesOf(events)).toHaveLength(4);
    expect(notesOf(events)[0]).toMatchObject({ pitch: 60 });
    const rest = await readEvents(post({ seed: 1, notes: 3, primer, includePrimer: false }));
    expect(notesOf(rest)).toEqual(notesOf(events).slice(1));
  });

  it.each([
    ['seconds=abc', /seconds: /],
    ['seconds=0', /seconds: /],
    ['instruments=', /instruments/],
    ['pitchRange=60', /pitchRange/],
    ['mayEndEarly=yes', /mayEndEarly/],
    ['pace=slow', /pace/],
    ['tempo=3', /tempo/],
    ['seed=1&seed=2', /seed/],
    ['label=Bach', /label: /],
    ['leadSeconds=40', /leadSeconds/],
    ['primer=x', /primer/],
  ])('refuse %s by name', async (query, message) => {
    const answer = await get(query);
    expect(answer.status).toBe(400);
    expect((await answer.json()) as Body).toMatchObject({
      code: 'invalid-request',
      detail: expect.stringMatching(message) as string,
    });
  });

  it('take no place for HEAD', async () => {
    const answer = await app.request('/v1/models/musicnet/stream', { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(await gaugeOf('ostinato_places_running{kind="streams"}')).toBe(0);
  });

  it('are in the documentation', async () => {
    const document = (await (await app.request('/openapi.json')).json()) as {
      paths: Record<string, Record<string, { parameters: { name: string }[] }>>;
    };
    const { parameters } = document.paths['/v1/models/{model}/stream'].get;
    expect(parameters.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['model', 'seed', 'pace', 'label', 'lastEventId', 'last-event-id']),
    );
  });
});

describe('resuming', () => {
  const request = { notes: 12, instruments: ['violin', 'cello'] };

  it('goes on after any event, on the same server and on another one', async () => {
    const whole = await readEvents(post(request)); // the server chooses the seed
    expect(whole).toHaveLength(14);
    for (const [index, { id }] of whole.entries()) {
      const lastEventId = id!;
      const rest = whole.slice(index + 1);
      for (const to of [app, createApp({ models })]) {
        const answer = await post(request, { lastEventId, to });
        if (rest.length === 0) expect(answer.status).toBe(204);
        else expect(await readEvents(answer)).toEqual(rest);
      }
    }
  });

  it('takes the id in the address too, and another pace', async () => {
    const [, first, ...rest] = await readEvents(get('notes=6'));
    const events = await readEvents(
      get(`notes=6&pace=realtime&leadSeconds=30&lastEventId=${first.id}`),
    );
    expect(notesOf(events)).toEqual(notesOf(rest));
  });

  it.each<[string, Body]>([
    ['another request', { ...request, notes: 13 }],
    ['another seed', { ...request, seed: 2 }],
    ['a request that names the seed', { ...request, seed: 1 }],
  ])('is refused for %s', async (_, other) => {
    const [{ id }] = await readEvents(post({ ...request, seed: 1 }));
    const [{ id: ofChosen }] = await readEvents(post(request));
    const lastEventId = other['seed'] === 1 ? ofChosen! : id!;
    const answer = await post(other, { lastEventId });
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ code: 'conflict' });
  });

  it('is refused for another model', async () => {
    const [{ id }] = await readEvents(post({ notes: 1, seed: 1 }));
    const other = { ...served, manifest: { ...served.manifest, graphs: [] } };
    const to = createApp({ models: { musicnet: other } });
    const answer = await post({ notes: 1, seed: 1 }, { lastEventId: id!, to });
    expect(answer.status).toBe(409);
  });

  it.each(['x', '5', '5.abc', '-1.0123456789abcdef', '1.0123456789abcdef.4294967296'])(
    'does not take %s for an id',
    async (lastEventId) => {
      const answer = await post({ notes: 1 }, { lastEventId });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ code: 'invalid-request' });
    },
  );
});

async function gaugeOf(sample: string): Promise<number> {
  const text = await (await app.request('/metrics')).text();
  return Number(new RegExp(`^${sample.replaceAll(/[{}]/g, '\\$&')} (.*)$`, 'm').exec(text)?.[1]);
}
