import { describe, expect, it } from 'vitest';
import type { AppOptions } from '../app-options.js';
import { createApp } from '../create-app.js';
import { fakeServedModel } from '../testing/served-model.js';
import { createDrain } from './drain.js';

const KEY = 'a-key-of-twenty-characters';
const keys = [
  { name: 'first', key: 'another-key-for-somebody' },
  { name: 'mine', key: KEY },
];

const models = { musicnet: fakeServedModel() };
const makeApp = (options: Partial<AppOptions> = {}) => createApp({ models, ...options });

const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

describe('keys', () => {
  const app = makeApp({ access: { keys } });

  it.each([
    ['no header', {}],
    ['another key', bearer('a-key-of-twenty-characterz')],
    ['a part of a key', bearer(KEY.slice(0, -1))],
    ['another scheme', { headers: { authorization: `Basic ${KEY}` } }],
    ['a key and more', { headers: { authorization: `Bearer ${KEY} ${KEY}` } }],
  ])('are needed: %s', async (_, init) => {
    const answer = await app.request('/v1/models', init);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="ostinato"/);
    expect(await answer.json()).toMatchObject({ code: 'unauthorized' });
  });

  it.each(keys)('let in who has one: $name', async ({ key }) => {
    expect((await app.request('/v1/models', bearer(key))).status).toBe(200);
    const lower = { headers: { authorization: `bearer  ${key}` } };
    expect((await app.request('/v1/models', lower)).status).toBe(200);
  });

  it('are needed where there is nothing, too, and not for what is public', async () => {
    expect((await app.request('/elsewhere')).status).toBe(401);
    expect((await app.request('/openapi.json')).status).toBe(200);
  });

  it.each([
    [[{ name: 'a b', key: KEY }], 'a b'],
    [[{ name: 'a', key: 'short' }], 'the key of "a"'],
    [
      [
        { name: 'a', key: KEY },
        { name: 'a', key: `${KEY}2` },
      ],
      'twice',
    ],
  ])('that cannot be used are refused, without being told: %j', (keys, message) => {
    expect(() => makeApp({ access: { keys } })).toThrow(message);
    expect(() => makeApp({ access: { keys } })).not.toThrow(KEY);
  });

  it('are in no record; their names are', async () => {
    const records: object[] = [];
    const log = (facts: object) => void records.push(facts);
    const logged = makeApp({ access: { keys }, logger: { info: log, warn: log, error: log } });
    await logged.request('/v1/models?key=secret', bearer(KEY));
    await logged.request('/v1/models', bearer('wrong-wrong-wrong-wrong'));
    expect(records).toMatchObject([
      { method: 'GET', route: '/v1/models', status: 200, key: 'mine' },
      { method: 'GET', route: '/v1/models', status: 401 },
    ]);
    expect(JSON.stringify(records)).not.toMatch(/secret|wrong|a-key/);
  });
});

describe('the rate limit', () => {
  const from = (clientAddress: string) => ({ clientAddress });

  it('counts for each key and for each address, and says how to go on', async () => {
    const app = makeApp({ access: { keys, rateLimit: { requests: 2, seconds: 60 } } });
    const ask = (key: string) => app.request('/v1/models', bearer(key), from('192.0.2.1'));
    const first = await ask(KEY);
    expect(first.headers.get('ratelimit-remaining')).toBe('1');
    expect((await ask(KEY)).status).toBe(200);
    const third = await ask(KEY);
    expect(third.status).toBe(429);
    expect(await third.json()).toMatchObject({ code: 'rate-limited' });
    expect(third.headers.get('ratelimit-limit')).toBe('2');
    expect(third.headers.get('ratelimit-remaining')).toBe('0');
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(50);
    expect((await ask(keys[0].key)).status).toBe(200);
    // Whoever guesses keys is counted too.
    const guesses = [
      await ask('x'.repeat(20)),
      await ask('y'.repeat(20)),
      await ask('z'.repeat(20)),
    ];
    expect(guesses.map(({ status }) => status)).toEqual([401, 401, 429]);
    expect((await app.request('/v2/health/live', {}, from('192.0.2.1'))).status).not.toBe(429);
  });

  it.each([
    [0, '203.0.113.9', '203.0.113.8', 429],
    [1, '203.0.113.9', '203.0.113.8', 200],
    [1, '203.0.113.9', '198.51.100.1, 203.0.113.9', 429],
    [2, '203.0.113.9, 10.0.0.1', '203.0.113.8, 10.0.0.1', 200],
  ])('believes %i proxies: %s, then %s', async (proxies, first, second, status) => {
    const app = makeApp({ access: { proxies, rateLimit: { requests: 1 } } });
    const ask = (forwarded: string) =>
      app.request('/v1/models', { headers: { 'x-forwarded-for': forwarded } }, from('10.0.0.2'));
    await ask(first);
    expect((await ask(second)).status).toBe(status);
  });

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', 429],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', 200],
    ['::1', '::2', 429],
    ['::ffff:192.0.2.1', '192.0.2.1', 429],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.2', 200],
  ])('takes a network of IPv6 for one client: %s, then %s', async (first, second, status) => {
    const app = makeApp({ access: { rateLimit: { requests: 1 } } });
    await app.request('/v1/models', {}, from(first));
    expect((await app.request('/v1/models', {}, from(second))).status).toBe(status);
  });
});

describe('pages of other origins', () => {
  const ask = (app: ReturnType<typeof makeApp>, origin: string) =>
    app.request('/v1/models', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  it('are not let in by default', async () => {
    const answer = await ask(makeApp(), 'https://example.org');
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('are let in by name, with errors that they can read', async () => {
    const app = makeApp({ access: { keys, corsOrigins: ['https://example.org'] } });
    const answer = await ask(app, 'https://example.org');
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://example.org');
    expect(answer.headers.get('access-control-allow-headers')).toContain('authorization');
    const other = await ask(app, 'https://example.com');
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    const refused = await app.request('/v1/models', { headers: { origin: 'https://example.org' } });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://example.org');
    expect(refused.headers.get('access-control-expose-headers')).toContain('retry-after');
  });

  it.each(['example.org', 'https://example.org/', 'https://*.example.org/x', 'null'])(
    'are not named like %s',
    (origin) => {
      expect(() => makeApp({ access: { corsOrigins: [origin] } })).toThrow('access.corsOrigins');
    },
  );
});

describe('every answer', () => {
  it.each(['/v1/models', '/elsewhere', '/v1/models/other'])(
    'tells browsers to do nothing with it: %s',
    async (path) => {
      const { headers } = await makeApp().request(path);
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; frame-ancestors 'none'",
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-powered-by')).toBeNull();
    },
  );

  it.each([
    ['a-request_1', true],
    ['x'.repeat(64), true],
    ['x'.repeat(65), false],
    ['<script>', false],
    ['a b', false],
    ['ü', false],
  ])('has an id, that of the client only if it is one: %s', async (id, isKept) => {
    const answer = await makeApp().request('/elsewhere', { headers: { 'x-request-id': id } });
    const given = answer.headers.get('x-request-id');
    expect(given === id).toBe(isKept);
    expect(given).toMatch(/^[\w-]{1,64}$/);
    expect(await answer.json()).toMatchObject({ instance: given });
  });

  it('is a problem without details where something else than an error is thrown', async () => {
    const app = makeApp({
      site: () => {
        // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error -- what a careless library does
        throw '/home/somebody/secret';
      },
    });
    const answer = await app.request('/');
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('somebody');
  });
});

describe('what is too large', () => {
  const app = makeApp({ limits: { bodyBytes: 1000 } });

  it('is refused by its length, and by what comes where none is told', async () => {
    const told = await app.request('/v1/models', {
      method: 'POST',
      body: 'x'.repeat(1001),
      headers: { 'content-length': '1001' },
    });
    expect(told.status).toBe(413);
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled++;
        controller.enqueue(new Uint8Array(100));
      },
    });
    const untold = await app.request(
      new Request('http://localhost/v1/models', {
        method: 'POST',
        body: endless,
        duplex: 'half',
      } as RequestInit),
    );
    expect(untold.status).toBe(413);
    expect(await untold.json()).toMatchObject({ code: 'body-too-large' });
    expect(pulled).toBeLessThan(20);
  });

  it('is refused in an address', async () => {
    const answer = await app.request(`/v1/models?${'x'.repeat(5000)}`);
    expect(answer.status).toBe(414);
    expect(await answer.json()).toMatchObject({ code: 'uri-too-long' });
  });
});

it('refuses work, and answers questions, when the server is about to end', async () => {
  const drain = createDrain();
  const app = makeApp({ drain });
  expect((await app.request('/v2/health/ready')).status).toBe(200);
  drain.start();
  expect((await app.request('/v2/health/ready')).status).toBe(503);
  expect((await app.request('/v2/health/live')).status).toBe(200);
  const refused = await app.request('/v1/models/musicnet/compose', { method: 'POST' });
  expect(refused.status).toBe(503);
  expect(refused.headers.get('connection')).toBe('close');
  expect(await refused.json()).toMatchObject({ code: 'not-ready' });
  expect((await app.request('/v1/models')).status).toBe(200);
});
