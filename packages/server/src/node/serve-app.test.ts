// A real socket: what clients do to it, and how it ends.
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Hono } from 'hono';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ProblemError } from '../problem/problem.js';
import { createDrain } from '../protection/drain.js';
import { type RunningServer, serveApp, type ServeOptions } from './serve-app.js';

let server: RunningServer | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.[Symbol.asyncDispose]();
  server = undefined;
});

const serve = async (app: Hono, options: ServeOptions = {}): Promise<RunningServer> =>
  (server = await serveApp(app, { port: 0, ...options }));

/** Sends bytes as they are, and gives what comes until the server closes. */
async function send(...parts: (string | number)[]): Promise<string> {
  const socket = open();
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  const closed = closingOf(socket);
  for (const part of parts) {
    if (typeof part === 'number') await sleep(part);
    else socket.write(part, 'latin1');
  }
  await closed;
  return text;
}

function closingOf(socket: Socket): Promise<void> {
  socket.on('error', () => {});
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

function open(): Socket {
  const { port } = new URL(server!.url);
  const socket = connect(Number(port), '127.0.0.1');
  sockets.push(socket);
  return socket;
}

const echo = new Hono()
  .onError((error, c) => c.text(error.message, 500)) // where a client goes away while it sends
  .get('/', (c) => c.text('here'))
  .get('/large', (c) => c.body(new Uint8Array(50_000_000)))
  .post('/', async (c) => c.text(await c.req.text()));

describe('an address', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1', 'example.org'])(
    'that other machines reach is refused: %s',
    async (host) => {
      await expect(serve(echo, { host })).rejects.toMatchObject({ code: 'public-without-key' });
    },
  );

  it('that other machines reach is taken when told', async () => {
    await serve(echo, { host: '0.0.0.0', allowPublic: true });
    expect(await (await fetch(`http://127.0.0.1:${new URL(server!.url).port}/`)).text()).toBe(
      'here',
    );
  });

  it('that is taken is an error that says so', async () => {
    const { url } = await serve(echo);
    await expect(serveApp(echo, { port: Number(new URL(url).port) })).rejects.toMatchObject({
      code: 'port-taken',
    });
  });
});

describe('a request that is not HTTP', () => {
  it.each([
    ['nonsense', 'hello\r\n\r\n', 400],
    ['an unknown method', 'BREW / HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['a host that is none', 'GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n', 400],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
      400,
    ],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx',
      400,
    ],
    [
      'a chunk that is none',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      400,
    ],
    ['headers without end', `GET / HTTP/1.1\r\nHost: a\r\n${'A: b\r\n'.repeat(9000)}`, 431],
    ['a proxy', 'CONNECT example.org:443 HTTP/1.1\r\nHost: a\r\n\r\n', 405],
  ])('is answered with a problem: %s', async (_, text, status) => {
    await serve(echo);
    const answer = await send(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/content-type: application\/problem\+json/i);
    const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as object;
    expect(body).toMatchObject({
      status,
      type: expect.stringMatching(/^urn:ostinato:problem:/) as string,
    });
  });

  it('does not come between an answer that was begun', async () => {
    await serve(
      new Hono().get('/', (c) =>
        c.body(
          new ReadableStream({
            start: (controller) => controller.enqueue(new TextEncoder().encode('begun')),
          }),
        ),
      ),
    );
    const answer = await send('GET / HTTP/1.1\r\nHost: a\r\n\r\n', 300, 'nonsense\r\n\r\n');
    expect(answer).toContain('begun');
    expect(answer).not.toContain('problem');
  });

  it('with an expectation or an upgrade that nobody meets is answered as any other', async () => {
    await serve(echo);
    const close = 'Host: a\r\nConnection: close\r\n';
    expect(await send(`GET / HTTP/1.1\r\n${close}Expect: a miracle\r\n\r\n`)).toContain('here');
    expect(
      await send(`GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade, close\r\nUpgrade: h2c\r\n\r\n`),
    ).toContain('here');
  });
});

describe('a connection that stalls', () => {
  const timeLimits = {
    headerSeconds: 0.3,
    requestSeconds: 0.6,
    readSeconds: 0.4,
    keepAliveSeconds: 0.3,
    checkSeconds: 0.1,
  };

  it.each([
    ['before its first byte', [], ''],
    ['in its headers', ['GET / HTTP/1.1\r\nHost:'], 'request-timeout'],
    [
      'in its body',
      ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc'],
      'request-timeout',
    ],
    [
      'in a chunk',
      ['POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc'],
      'request-timeout',
    ],
    ['after an answer', ['GET / HTTP/1.1\r\nHost: a\r\n\r\n'], 'here'],
  ])('is closed: %s', async (_, parts, answer) => {
    await serve(echo, { timeLimits });
    expect(await send(...parts)).toContain(answer);
  });

  it('is closed where it sends a body drop by drop', async () => {
    await serve(echo, { timeLimits });
    const drops = Array.from({ length: 20 }, () => [100, 'x']).flat();
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n';
    expect(await send(head, ...drops)).toContain('request-timeout');
  });

  it('is closed where it does not read, whatever it sends, and not while an answer is computed', async () => {
    const slow = new Hono().route('/', echo).get('/slow', async (c) => {
      await sleep(1500);
      return c.text('done');
    });
    await serve(slow, { timeLimits });
    const deaf = open();
    const closed = closingOf(deaf);
    deaf.pause();
    deaf.write('GET /large HTTP/1.1\r\nHost: a\r\n\r\n');
    const talk = setInterval(() => deaf.write('\r\n'), 50);
    const [answer] = await Promise.all([
      send('GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'),
      sleep(1500),
    ]);
    expect(answer).toContain('done');
    clearInterval(talk);
    // What the system had taken is still to be had; the rest never comes.
    let bytes = 0;
    deaf.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    deaf.resume();
    await closed;
    expect(bytes).toBeLessThan(50_000_000);
  });
});

describe('a sound that fails after it has begun', () => {
  const error = new Error('the thread has ended');
  it.each([
    [new ProblemError('deadline', 'late'), { code: 'deadline', message: 'the answer was cut off' }],
    [error, { error, message: 'internal error' }],
  ])('is cut off, and the log has one record of it: %s', async (reason, record) => {
    const told: object[] = [];
    const tell = (facts: object, message: string): void => void told.push({ ...facts, message });
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
    const body = new TransformStream<Uint8Array>();
    const writer = body.writable.getWriter();
    const headers = { 'content-type': 'audio/wav', 'content-length': '9', 'x-request-id': 'mine' };
    const app = new Hono().get('/', (c) => c.body(body.readable, 200, headers));
    const { url } = await serve(app, { logger: { info: tell, warn: tell, error: tell } });
    void writer.write(new Uint8Array(3));
    const answer = await fetch(url);
    const taken = answer.arrayBuffer();
    await writer.abort(reason);
    await expect(taken).rejects.toThrow('terminated');
    expect(told).toEqual([{ requestId: 'mine', ...record }]);
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  });
});

describe('a drain', () => {
  it('finishes what was accepted, refuses what comes, and ends', async () => {
    const drain = createDrain();
    let finish = (): void => {};
    const work = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let begun = 0;
    const app = new Hono()
      .get('/', (c) => c.text(drain.started.aborted ? 'ending' : 'ready'))
      .post('/', async (c) => {
        begun++;
        await work;
        return c.text('finished');
      });
    const { url, drain: end } = await serve(app, { drain });
    const accepted = Array.from({ length: 16 }, () => fetch(url, { method: 'POST' }));
    await vi.waitFor(() => expect(begun).toBe(16), { timeout: 30_000, interval: 5 });
    const ended = end();
    const probe = await fetch(url);
    expect(await probe.text()).toBe('ending');
    expect(probe.headers.get('connection')).toBe('close');
    finish();
    const answers = await Promise.all(accepted);
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(
      Array.from({ length: 16 }, () => 'finished'),
    );
    await ended;
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it('lets what goes on for ever end in order, and waits no longer than told', async () => {
    const drain = createDrain();
    const text = new TextEncoder();
    const stream = (endsInOrder: boolean): ReadableStream =>
      new ReadableStream({
        start: (controller) => {
          controller.enqueue(text.encode('begun '));
          if (!endsInOrder) return;
          drain.ending.addEventListener('abort', () => {
            controller.enqueue(text.encode('ended'));
            controller.close();
          });
        },
      });
    const app = new Hono()
      .get('/polite', (c) => c.body(stream(true)))
      .get('/rude', (c) => c.body(stream(false)));
    const { url, drain: end } = await serve(app, { drain, drainSeconds: 0.5 });
    const [polite, rude] = await Promise.all([fetch(`${url}polite`), fetch(`${url}rude`)]);
    await end();
    expect(await polite.text()).toBe('begun ended');
    await expect(rude.text()).rejects.toThrow('terminated');
  });
});
