// Hostile requests against the app, called and through a real socket: no 5xx, no crash, every error a problem document.
// `OSTINATO_FUZZ_REQUESTS=5000` sends more than the tests do.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApp } from '../create-app.js';
import { PROBLEM_TYPE, PROBLEMS } from '../problem/problem.js';
import { hostileRequest, rawRequest } from '../testing/hostile-requests.js';
import { fakeServedModel } from '../testing/served-model.js';
import { createThreadRenderer, type ThreadRenderer } from './renderer/thread-renderer.js';
import { type RunningServer, serveApp } from './serve-app.js';

const COUNT = Number(process.env['OSTINATO_FUZZ_REQUESTS'] ?? 300);
/** Seeds that have found something. 3193: a host that is no part of an address was answered with 500. */
const FINDINGS = [3193];
const SEEDS = [...FINDINGS, ...Array.from({ length: COUNT }, (_, i) => i + 1)];
const AT_A_TIME = 16;
/** Time for all of them, beside the few seconds of the short form. */
const TIMEOUT = 60_000 + COUNT * 100;

const errors: unknown[] = [];
let renderer: ThreadRenderer;
let app: ReturnType<typeof createApp>;
let server: RunningServer;
beforeAll(async () => {
  renderer = createThreadRenderer({ threads: 1 });
  const ignore = (): void => {};
  app = createApp({
    models: { musicnet: fakeServedModel() },
    renderer,
    access: { openJobList: true },
    limits: {
      seconds: 20,
      bars: 20,
      notes: 100,
      tokens: 1000,
      streamSeconds: 20,
      bodyBytes: 50_000,
    },
    logger: { info: ignore, warn: ignore, error: (facts) => void errors.push(facts) },
  });
  const timeLimits = { headerSeconds: 1, requestSeconds: 1.5, checkSeconds: 0.2 };
  server = await serveApp(app, { port: 0, timeLimits });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await renderer[Symbol.asyncDispose]();
});

/** What is wrong with an answer, in words. */
function fault(status: number, type: string, body: string): string | undefined {
  if (status >= 500) return `status ${status}: ${body}`;
  if (/node_modules|packages\/server|\bat .*:\d+:\d+|\/home\/|file:\/\/\/(?!etc)/.test(body))
    return `tells too much: ${body}`;
  if (status < 400 || body === '') return undefined; // HEAD has no body
  if (type !== PROBLEM_TYPE) return `status ${status} as ${type}: ${body}`;
  const problem = JSON.parse(body) as { status: number; code: string };
  const isKnown = Object.hasOwn(PROBLEMS, problem.code) && problem.status === status;
  return isKnown ? undefined : `no problem of ours: ${body}`;
}

async function inTurn(check: (seed: number) => Promise<string | undefined>): Promise<string[]> {
  const faults: string[] = [];
  const seeds = SEEDS.values();
  const worker = async (): Promise<void> => {
    for (const seed of seeds) {
      const found = await check(seed);
      if (found !== undefined) faults.push(`${seed}: ${found.slice(0, 300)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return faults;
}

it('stands them where it is called', { timeout: TIMEOUT }, async () => {
  const faults = await inTurn(async (seed) => {
    const { method, target, headers, body } = hostileRequest(seed);
    let request: Request;
    try {
      request = new Request(new URL(target, 'http://localhost'), {
        method,
        headers: headers as [string, string][],
        ...(body && method !== 'GET' && method !== 'HEAD' && { body: new Uint8Array(body) }),
      });
    } catch {
      return undefined; // what no Request can be does not come to an app
    }
    const answer = await app.request(request);
    return fault(answer.status, answer.headers.get('content-type') ?? '', await answer.text());
  });
  expect(faults).toEqual([]);
  expect(errors).toEqual([]);
});

it('stands them at its door', { timeout: TIMEOUT }, async () => {
  const { host, hostname, port } = new URL(server.url);
  const statuses = new Map<string, number>();
  const faults = await inTurn(async (seed) => {
    const whole = await exchange(hostname, Number(port), rawRequest(seed, host));
    const text = whole.replace('HTTP/1.1 100 Continue\r\n\r\n', '');
    const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(text) ?? [];
    statuses.set(status ?? 'none', (statuses.get(status ?? 'none') ?? 0) + 1);
    if (status === undefined) return `no answer, but ${JSON.stringify(text.slice(0, 100))}`;
    const [head, ...rest] = text.split('\r\n\r\n');
    const type = /^content-type: (.*)$/im.exec(head)?.[1].trim() ?? '';
    return fault(Number(status), type, rest.join('\r\n\r\n').split('HTTP/1.1 ')[0]);
  });
  expect(faults).toEqual([]);
  expect(errors).toEqual([]);
  expect((await fetch(`${server.url}v2/health/ready`)).status).toBe(200);
  // Not all of them are refused at the door.
  expect([...statuses.keys()]).toEqual(
    expect.arrayContaining(['200', '202', '400', '404', '405', '415']),
  );
});

/** Sends all of it, and gives what comes until the server closes. */
async function exchange(host: string, port: number, bytes: Buffer): Promise<string> {
  const socket = connect(port, host);
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.write(bytes);
  await Promise.race([closed, sleep(20_000, undefined, { ref: false })]);
  socket.destroy();
  return text;
}
