// Requests that no friendly client sends: methods, addresses, headers, bodies and MIDI files gone wrong, by number.
import { createRandom, type Random } from '@ostinato/core';
import { smallMidi } from './requests.js';

export interface HostileRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array | undefined;
}

interface Dice {
  /** One of them. */
  of<T>(choices: readonly T[]): T;
  /** 0..bound-1. */
  below(bound: number): number;
  /** Whether, with this probability. */
  chance(probability: number): boolean;
}

const POST_ROUTES = [
  '/v1/models/musicnet/compose',
  '/v1/models/musicnet/stream',
  '/v1/models/musicnet/continue',
  '/v1/models/musicnet/evaluate',
  '/v1/jobs',
];
const ROUTES = [
  ...POST_ROUTES,
  '/v1/models',
  '/v1/models/musicnet',
  '/v1/jobs/0123456789abcdef',
  '/v1/jobs/../models',
  '/v2/health/ready',
  '/v2/models/musicnet',
  '/openapi.json',
  '/metrics',
  '/',
];
const METHODS = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'BREW',
  'post',
  '',
];
const ODD_TEXTS = [
  '%',
  '%00',
  '%zz',
  '%2e%2e%2f',
  '..;/',
  '//',
  '\\',
  '?',
  '#',
  ';',
  '<script>',
  '{{7*7}}',
  "' or 1=1--",
  '${jndi:ldap://a}',
  '%F0%9F%8E%B5',
  '%ff%fe',
  'a'.repeat(300),
  'a'.repeat(6000),
  '__proto__',
  'constructor',
  'toString',
  'NaN',
  '-0',
  '1e999',
  '0x10',
];
const HEADERS = [
  'accept',
  'accept-encoding',
  'authorization',
  'content-encoding',
  'content-type',
  'cookie',
  'expect',
  'host',
  'idempotency-key',
  'if-none-match',
  'last-event-id',
  'origin',
  'range',
  'te',
  'traceparent',
  'upgrade',
  'x-forwarded-for',
  'x-http-method-override',
  'x-request-id',
  '__proto__',
];
const HEADER_VALUES = [
  '',
  '*',
  '*/*',
  'audio/midi',
  'audio/midi;q=x, */*;q=0',
  'application/json; charset=utf-16',
  'application/json',
  'multipart/form-data',
  'multipart/form-data; boundary=',
  'multipart/form-data; boundary=x',
  'text/event-stream',
  'gzip',
  'br, gzip;q=2',
  'Bearer',
  'Bearer é',
  `Bearer ${'x'.repeat(4000)}`,
  'bytes=0-',
  'bytes=9-1',
  '100-continue',
  'websocket',
  ', , ,',
  '"',
  '\u00ff',
  '\t',
  '::1',
  '1'.repeat(400),
  'musicnet:7:0',
  '-1',
  '{}',
];
const FIELDS = [
  'seed',
  'seconds',
  'bars',
  'notes',
  'temperature',
  'topK',
  'topP',
  'minP',
  'instruments',
  'labels',
  'pitchRange',
  'mayEndEarly',
  'includePrimer',
  'primer',
  'model',
  'kind',
  'request',
  'webhook',
  'realtime',
  'label',
  '__proto__',
  'constructor',
  '',
  'x'.repeat(100),
];
const LITERALS = [
  '0',
  '-1',
  '1',
  '7',
  '1e308',
  '1e999',
  '-0',
  '0.1',
  '9007199254740993',
  'true',
  'null',
  '""',
  '"a"',
  '"violin"',
  '"\\u0000"',
  '"\\ud800"',
  '[]',
  '{}',
  '[1,2]',
  '[60,72]',
  '["violin","violin"]',
  '{"composer":"Bach"}',
  '{"midi":"TVRoZA=="}',
  '{"notes":[]}',
  '{"notes":[{"pitch":60,"startSeconds":0,"durationSeconds":1e9}]}',
  '"http://127.0.0.1:1/"',
  '"file:///etc/passwd"',
  'NaN',
  'undefined',
  '{"__proto__":{"a":1}}',
  `"${'é'.repeat(200)}"`,
  `${'['.repeat(3000)}${']'.repeat(3000)}`,
  `${'{"a":'.repeat(500)}1${'}'.repeat(500)}`,
];

const PLAUSIBLE: Readonly<Record<string, readonly string[]>> = {
  seed: ['7', '"a text"'],
  seconds: ['1', '5', '0.01', '500', '86400'],
  bars: ['1', '2', '9999'],
  notes: ['1', '20', '1000000'],
  temperature: ['0.01', '1', '100'],
  topK: ['1', '20', '65535'],
  topP: ['0.5', '1e-9'],
  minP: ['0', '0.999'],
  instruments: ['["violin"]', '["violin","cello"]', '["kazoo"]', '["40"]'],
  labels: ['{"composer":"Bach"}', '{"composer":"Nobody"}', '{"mood":"sad"}'],
  pitchRange: ['[40,80]', '[60,60]', '[0,3]'],
  mayEndEarly: ['true'],
  includePrimer: ['false'],
  primer: [
    '{"notes":[{"pitch":60,"startSeconds":0,"durationSeconds":1}]}',
    '{"notes":[{"pitch":60,"startSeconds":86400,"durationSeconds":86400}],"tempoBpm":1000}',
    '{"midi":"TVRoZAAAAAYAAAABAeBNVHJrAAAADwCQPGCDYIA8QAD/LwA="}',
    '{"midi":"TVRoZAAAAAYAAQABAeBNVHJr/////wA="}',
  ],
};

/** @param seed equal seeds, equal requests */
export function hostileRequest(seed: number): HostileRequest {
  const d = diceOf(createRandom(seed));
  const headers: [string, string][] = [];
  const hasBody = d.chance(0.75);
  const isPost = hasBody && d.chance(0.85);
  const method = isPost ? 'POST' : d.chance(0.5) ? 'GET' : d.of(METHODS);
  const target = targetOf(d, isPost && d.chance(0.9) ? POST_ROUTES : ROUTES);
  const body = hasBody ? bodyOf(d, headers, target) : undefined;
  for (let left = d.chance(0.5) ? 0 : 1 + d.below(3); left > 0; left--) {
    headers.push([d.of(HEADERS), d.of(HEADER_VALUES)]);
  }
  return { method, target, headers, body };
}

/** The request as bytes for a socket, sometimes broken as HTTP too.
 *  @param host a true one, unless another is among the headers */
export function rawRequest(seed: number, host: string): Buffer {
  const d = diceOf(createRandom(seed, 1));
  const { method, target, headers, body = new Uint8Array() } = hostileRequest(seed);
  const sent = [...headers, ...lengthHeaders(d, body), ['connection', 'close'] as const];
  if (!headers.some(([name]) => name === 'host') || d.chance(0.8)) sent.unshift(['host', host]);
  const version = d.chance(0.95)
    ? 'HTTP/1.1'
    : d.of(['HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'FTP/1.0', '']);
  const lines = sent.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const whole = Buffer.concat([
    Buffer.from(`${method} ${target} ${version}\r\n${lines}\r\n`, 'latin1'),
    body,
  ]);
  return d.chance(0.15) ? damaged(d, whole) : whole;
}

function diceOf(random: Random): Dice {
  let index = 0;
  const below = (bound: number): number => random.integerAt(index++, bound);
  return {
    of: <T>(choices: readonly T[]): T => choices[below(choices.length)],
    below,
    chance: (probability: number): boolean => random.uniformAt(index++) < probability,
  };
}

function targetOf(d: Dice, routes: readonly string[]): string {
  let target = d.of(routes);
  if (d.chance(0.1)) target += `${d.chance(0.5) ? '/' : ''}${d.of(ODD_TEXTS)}`;
  if (d.chance(0.05)) target = target.replace('musicnet', d.of(ODD_TEXTS));
  if (d.chance(0.3)) {
    const pairs = Array.from(
      { length: 1 + d.below(4) },
      () => `${d.of(FIELDS)}=${d.of([...ODD_TEXTS, ...LITERALS])}`,
    );
    target += `?${pairs.join('&').replaceAll(/[^\u0021-\u007e]/g, encodeURIComponent)}`;
  }
  return target;
}

function bodyOf(d: Dice, headers: [string, string][], target: string): Uint8Array {
  switch (d.below(4)) {
    case 0: {
      headers.push(['content-type', 'audio/midi']);
      return damaged(d, Buffer.from(smallMidi({ drums: d.below(40) })));
    }
    case 1: {
      const boundary = d.of(['x', 'x'.repeat(70), '"', 'a b']);
      headers.push(['content-type', `multipart/form-data; boundary=${boundary}`]);
      const name = d.of(['file', 'midi', 'request', 'primer', '"', 'a\r\nb', '']);
      const text = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"; filename="${d.of(ODD_TEXTS)}"\r\n\r\n${d.of(LITERALS)}\r\n--${boundary}--\r\n`;
      return d.chance(0.5) ? Buffer.from(text) : damaged(d, Buffer.from(text));
    }
    default: {
      headers.push(['content-type', 'application/json']);
      const json = Buffer.from(jsonOf(d, target));
      return d.chance(0.9) ? json : damaged(d, json);
    }
  }
}

function jsonOf(d: Dice, target: string): string {
  const fields = Array.from({ length: d.below(5) }, () => {
    const [name, values] = d.of(Object.entries(PLAUSIBLE));
    return d.chance(0.75)
      ? `"${name}":${d.of(d.chance(0.75) ? values : LITERALS)}`
      : `${JSON.stringify(d.of(FIELDS))}:${d.of(LITERALS)}`;
  });
  const request = `{${fields.join(',')}}`;
  const isJob = d.chance(target === '/v1/jobs' ? 0.9 : 0.05);
  if (!isJob) return request;
  // No throw of the dice: what earlier seeds have found stays where it is.
  const kind = fields.length % 2 === 0 ? 'compose' : 'evaluate';
  const asked = kind === 'compose' ? request : request.replace('"primer"', '"piece"');
  return `{"model":"musicnet","kind":"${kind}","request":${asked}}`;
}

function lengthHeaders(d: Dice, body: Uint8Array): (readonly [string, string])[] {
  if (body.length === 0 && d.chance(0.8)) return [];
  switch (d.below(12)) {
    case 0:
      return [
        [
          'content-length',
          d.of(['-1', '1e3', '99999999999999999999', 'x', '', '0', String(body.length + 5)]),
        ],
      ];
    case 1:
      return [
        ['transfer-encoding', d.of(['chunked', 'gzip, chunked', 'identity', 'chunked, chunked'])],
      ];
    case 2:
      return [
        ['content-length', String(body.length)],
        ['transfer-encoding', 'chunked'],
      ];
    default:
      return [['content-length', String(body.length)]];
  }
}

/** Bytes changed, inserted, cut out or cut off. */
function damaged(d: Dice, bytes: Buffer): Buffer {
  let result = Buffer.from(bytes);
  for (let left = d.below(6); left > 0 && result.length > 0; left--) {
    const at = d.below(result.length);
    const noise = Buffer.from(Array.from({ length: 1 + d.below(8) }, () => d.below(256)));
    switch (d.below(4)) {
      case 0:
        noise.copy(result, at);
        break;
      case 1:
        result = Buffer.concat([result.subarray(0, at), noise, result.subarray(at)]);
        break;
      case 2:
        result = Buffer.concat([result.subarray(0, at), result.subarray(at + noise.length)]);
        break;
      default:
        result = result.subarray(0, at);
    }
  }
  return result;
}
