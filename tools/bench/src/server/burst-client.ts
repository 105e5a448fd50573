// A crowd: requests that are all sent at once, each on a connection of its own, by a process that does nothing else. What is
// measured is the server's time and not that of a client's HTTP: the bytes are made before, and of an answer only its head is
// looked at.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { COMPOSE } from './http-client.js';

interface BurstAnswer {
  readonly status: number;
  readonly hasRetryAfter: boolean;
  /** From the moment when its bytes are written to the head of its answer. */
  readonly milliseconds: number;
}

interface BurstFigures {
  readonly answers: readonly BurstAnswer[];
  /** CPU time of the process that sends them, meanwhile. */
  readonly clientMilliseconds: number;
}

interface Burst extends Disposable {
  /** Sends them, once. */
  send(): Promise<BurstFigures>;
}

interface BurstOrder {
  readonly port: number;
  /** One request for each. */
  readonly seeds: readonly number[];
  readonly pieceSeconds: number;
}

/** Opens the connections, each of which has been answered something.
 *  @param url of the server */
export async function prepareBurst(url: string, order: Omit<BurstOrder, 'port'>): Promise<Burst> {
  const child = fork(fileURLToPath(import.meta.url), { stdio: 'inherit' });
  const next = async <T>(): Promise<T> => ((await once(child, 'message')) as [T])[0];
  child.send({ ...order, port: Number(new URL(url).port) } satisfies BurstOrder);
  await next(); // it is ready
  return {
    send() {
      child.send('send');
      return next<BurstFigures>();
    },
    [Symbol.dispose]: () => void child.kill(),
  };
}

async function run(tell: (message: unknown) => void): Promise<void> {
  const [{ port, seeds, pieceSeconds }] = (await once(process, 'message')) as [BurstOrder];
  const sockets = await Promise.all(seeds.map(() => open(port)));
  const requests = seeds.map((seed) => requestOf({ seed, seconds: pieceSeconds }));
  tell('ready');
  await once(process, 'message');
  const cpuBefore = process.cpuUsage();
  const answers = await Promise.all(sockets.map((socket, i) => answerTo(socket, requests[i])));
  const { user, system } = process.cpuUsage(cpuBefore);
  tell({ answers, clientMilliseconds: (user + system) / 1000 } satisfies BurstFigures);
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.write('GET /v2/health/live HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(socket, 'data');
  return socket;
}

function requestOf(json: object): Buffer {
  const body = JSON.stringify(json);
  const headers = [
    `POST ${COMPOSE} HTTP/1.1`,
    'host: x',
    'accept: application/json',
    'content-type: application/json',
    `content-length: ${body.length}`,
  ];
  return Buffer.from(`${headers.join('\r\n')}\r\n\r\n${body}`);
}

async function answerTo(socket: Socket, request: Buffer): Promise<BurstAnswer> {
  const sent = performance.now();
  socket.write(request);
  const [first] = (await once(socket, 'data')) as [Buffer];
  const milliseconds = performance.now() - sent;
  const head = first.toString('latin1');
  return {
    status: Number(head.slice(9, 12)),
    hasRetryAfter: /\r\nretry-after: [1-9]/i.test(head),
    milliseconds,
  };
}

if (process.send && process.argv[1] === fileURLToPath(import.meta.url)) {
  await run((message) => process.send!(message));
}
