import { writeMidi } from '@ostinato/core';
import { describe, expect, it } from 'vitest';
import { createApp } from '../create-app.js';
import { postFile, postJson, smallMidi, smallScore } from '../testing/requests.js';
import { fakeServedModel } from '../testing/served-model.js';

const limits = { givenTokens: 60, seconds: 100, bars: 10, notes: 50 };
const app = createApp({ models: { musicnet: fakeServedModel() }, limits });
const COMPOSE = '/v1/models/musicnet/compose';
const CONTINUE = '/v1/models/musicnet/continue';

const note = (fields: object = {}) => ({
  pitch: 60,
  startSeconds: 0,
  durationSeconds: 1,
  ...fields,
});
const midiOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

async function expectProblem(answer: Response, status: number, detail: string | RegExp) {
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const problem = (await answer.json()) as { detail: string; instance: string };
  expect(answer.headers.get('x-request-id')).toBe(problem.instance);
  expect(problem.detail).toMatch(detail);
  expect(answer.status).toBe(status);
}

describe('a body of JSON', () => {
  it.each<[string, number, string | RegExp]>([
    ['', 400, 'the body: not JSON'],
    ['{"seed": x}', 400, 'the body: not JSON'],
    ['{"seed":1,"se\\u0065d":2}', 400, '"se\\u0065d" is given twice'],
    ['[{"a":{"b":1},"b":[{"b":1,"b":2}]}]', 400, '"b" is given twice'],
    ['[]', 400, /expected object/],
    ['null', 400, /expected object/],
    ['{"tempo":1}', 400, 'Unrecognized key: "tempo"'],
    ['{"__proto__":1}', 400, 'Unrecognized key: "__proto__"'],
    ['{"seconds":1e999}', 400, /^seconds: .*Infinity$/],
    ['{"seconds":0}', 400, /^seconds: .*>0$/],
    ['{"seconds":"5"}', 400, /^seconds: .*expected number/],
    ['{"bars":1.5}', 400, /^bars: .*expected int/],
    ['{"notes":9007199254740993}', 400, /^notes: /],
    ['{"seed":-1}', 400, 'seed: expected an integer in 0..4294967295 or a text'],
    ['{"seed":"4294967296"}', 400, 'seed: expected an integer'],
    ['{"seed":"a\\u0000"}', 400, 'seed: expected printable text'],
    ['{"seed":"\\ud800"}', 400, 'seed: expected printable text'],
    ['{"topK":488}', 400, 'topK: expected an integer in 1..487, found 488'],
    ['{"pitchRange":[70,60]}', 400, 'pitchRange: expected [lowest, highest]'],
    ['{"pitchRange":[60]}', 400, /^pitchRange/],
    ['{"pitchRange":[0,5]}', 422, /holds no pitch of the vocabulary/],
    ['{"instruments":[]}', 400, /^instruments: /],
    ['{"instruments":["violin","kazoo"]}', 422, 'instruments.1: "kazoo" is not known'],
    ['{"labels":{"mood":"sad"}}', 422, 'kind of label "mood" is not known'],
    ['{"labels":{"composer":"Nobody"}}', 422, 'composer "Nobody" is not known'],
    ['{"seconds":101}', 422, 'seconds: expected at most 100, found 101'],
    ['{"bars":11}', 422, 'bars: expected at most 10, found 11'],
    ['{"notes":51}', 422, 'notes: expected at most 50, found 51'],
    ['{"primer":5}', 400, /^primer: .*expected object/],
    ['{"primer":{}}', 400, /^primer.midi: /],
    ['{"primer":{"midi":"***"}}', 400, 'primer.midi: expected base64'],
    ['{"primer":{"midi":"AAAA"}}', 400, 'MIDI file, byte 0: '],
    ['{"primer":{"notes":[]}}', 400, /^primer.notes: /],
    [JSON.stringify({ primer: { notes: [note({ pitch: 128 })] } }), 400, /^primer.notes.0.pitch: /],
    [
      JSON.stringify({ primer: { notes: [note(), note({ instrument: 'kazoo' })] } }),
      422,
      'primer.notes.1.instrument: "kazoo" is not known',
    ],
    [
      JSON.stringify({ primer: { notes: Array.from({ length: 61 }, () => note()) } }),
      422,
      'primer.notes: expected at most 60, found 61',
    ],
    [
      JSON.stringify({ primer: { notes: [note(), note({ startSeconds: 80_000 })] } }),
      422,
      /^the given piece is \d+ tokens long, this server takes 60; /,
    ],
  ])('%s is refused with %i', async (body, status, detail) => {
    await expectProblem(await postJson(app, COMPOSE, body), status, detail);
  });

  it('is refused where it is not UTF-8, or says so', async () => {
    const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>) =>
      app.request(COMPOSE, { method: 'POST', body, headers });
    const json = { 'content-type': 'application/json' };
    await expectProblem(await post(Uint8Array.of(0x7b, 0xff, 0x7d), json), 400, 'expected UTF-8');
    const latin1 = { 'content-type': 'application/json; charset="ISO-8859-1"' };
    await expectProblem(await post('{}', latin1), 415, 'found charset iso-8859-1');
    const zipped = { ...json, 'content-encoding': 'gzip' };
    await expectProblem(await post('{}', zipped), 415, 'found gzip');
  });

  it('is refused before its values are looked at where it has too many', async () => {
    const body = JSON.stringify({ primer: { notes: Array.from({ length: 40_000 }, () => 0) } });
    await expectProblem(await postJson(app, COMPOSE, body), 422, 'at most 32768 commas');
  });

  it('may be nested deeply and hold long texts without harm', async () => {
    const deep = `{"labels":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    await expectProblem(await postJson(app, COMPOSE, deep), 400, /^labels: /);
    const long = JSON.stringify({ seed: '\\"'.repeat(300_000) });
    await expectProblem(await postJson(app, COMPOSE, long), 400, /^seed: /);
  });
});

describe('a body of another type', () => {
  it.each([
    [COMPOSE, 'text/plain'],
    [COMPOSE, 'application/x-www-form-urlencoded'],
    [COMPOSE, 'audio/midi'],
    [CONTINUE, 'application/json'],
    [CONTINUE, 'application/x-www-form-urlencoded'],
  ])('%s refuses %s', async (path, type) => {
    const headers = { 'content-type': type };
    const answer = await app.request(path, { method: 'POST', body: '{}', headers });
    await expectProblem(answer, 415, /content[- ]type/);
  });

  it.each([
    ['no boundary', 'multipart/form-data', 'x'],
    ['another boundary', 'multipart/form-data; boundary=a', '--b\r\n\r\nx\r\n--b--'],
  ])('a form with %s is refused', async (_, type, body) => {
    const headers = { 'content-type': type };
    for (const path of [COMPOSE, CONTINUE]) {
      const answer = await app.request(path, { method: 'POST', body, headers });
      await expectProblem(answer, 400, /^the body: expected /);
    }
  });

  it('a form with strange, repeated or missing parts is refused', async () => {
    const send = (path: string, ...parts: [string, string][]) => {
      const body = new FormData();
      for (const [name, value] of parts) body.append(name, value);
      return app.request(path, { method: 'POST', body });
    };
    await expectProblem(await send(COMPOSE, ['file', 'x']), 400, 'part "file"');
    await expectProblem(await send(COMPOSE, ['request', '{']), 400, 'part "request": not JSON');
    const twice = await send(COMPOSE, ['request', '{}'], ['request', '{}']);
    await expectProblem(twice, 400, 'part "request": expected once');
    const both = await send(
      COMPOSE,
      ['request', JSON.stringify({ primer: { midi: midiOf(smallMidi()) } })],
      ['primer', 'x'],
    );
    await expectProblem(both, 400, 'primer: expected once');
    await expectProblem(await send(CONTINUE, ['a', 'x'], ['b', 'x']), 400, 'expected one part');
    const many = Array.from({ length: 9 }, (_, i): [string, string] => [`${i}`, 'x']);
    await expectProblem(await send(COMPOSE, ...many), 400, 'expected at most 8 parts');
  });
});

describe('a MIDI file', () => {
  it.each<[string, Uint8Array, number, string | RegExp]>([
    ['that is none', new TextEncoder().encode('RIFF'), 400, 'MIDI file, byte 0'],
    ['that is empty', new Uint8Array(), 400, 'MIDI file, byte 0'],
    ['that is cut off', smallMidi().slice(0, -9), 400, /^MIDI file, byte \d+/],
    [
      'of too many notes',
      smallMidi({ drums: 60 }),
      422,
      /expected at most 60 notes.*; give a part/,
    ],
  ])('%s is refused', async (_, bytes, status, detail) => {
    await expectProblem(await postFile(app, CONTINUE, bytes), status, detail);
  });

  it('of which the model can say nothing is refused', async () => {
    const score = smallScore({ drums: 2 });
    const drums = writeMidi({ ...score, tracks: score.tracks.slice(1) });
    await expectProblem(
      await postFile(app, CONTINUE, drums),
      422,
      'no note that the model can say',
    );
  });
});

describe('an address', () => {
  it.each([
    ['?x=1', 'Unrecognized key: "x"'],
    ['?seconds=abc', 'seconds: expected a number'],
    ['?seconds=', 'seconds: expected a number'],
    ['?seconds=1&seconds=2', /^seconds: /],
    ['?seconds=-1', /^seconds: /],
    ['?bars=1e99', /^bars: /],
    ['?mayEndEarly=yes', /^mayEndEarly: /],
    ['?label=Bach', 'label: expected kind=value'],
    ['?label=composer=Bach&label=composer=Ravel', 'label: expected kind=value'],
    ['?pitchRange=1', 'pitchRange: expected LOWEST,HIGHEST'],
    ['?seed=%00', 'seed: expected printable text'],
  ])('with %s is refused', async (query, detail) => {
    await expectProblem(await postFile(app, CONTINUE + query, smallMidi()), 400, detail);
  });

  it('takes the methods it has, and names them', async () => {
    const wrong = await app.request(COMPOSE);
    expect(wrong.headers.get('allow')).toBe('POST, OPTIONS');
    await expectProblem(wrong, 405, 'expected POST, found GET');
    const other = await app.request('/v1/models', { method: 'DELETE' });
    expect(other.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
    const options = await app.request(COMPOSE, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST, OPTIONS']);
    expect(options.headers.get('content-type')).toBeNull();
    expect((await app.request('/v1/models', { method: 'HEAD' })).status).toBe(200);
    await expectProblem(await app.request('/x', { method: 'OPTIONS' }), 404, 'nothing is served');
  });
});
