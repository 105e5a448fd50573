// An app on a port of this machine, protected from slow clients, and ended without losing what it has accepted.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { AppEnv } from '../app-env.js';
import type { Logger } from '../app-options.js';
import { ProblemError, problemResponse } from '../problem/problem.js';
import { createDrain, type DrainControl } from '../protection/drain.js';
import { answerClientErrors } from './client-errors.js';
import { closeDeafClients } from './deaf-clients.js';
import { cutWhereItFails, mayFailLater } from './failing-answers.js';
import { OpenAnswers } from './open-answers.js';
import { ServeError } from './serve-error.js';
import { DEFAULT_TIME_LIMITS, type TimeLimits } from './time-limits.js';

export interface ServeOptions {
  /** Address of this machine. Default 127.0.0.1: only this machine reaches it. */
  readonly host?: string;
  /** 0 for any free one. Default 8080. */
  readonly port?: number;
  /** Take addresses that other machines reach. Default false: an app without keys would work for everybody. */
  readonly allowPublic?: boolean;
  /** The one that the app was made with; else an app is not told when it ends. */
  readonly drain?: DrainControl;
  /** Seconds from the begin of a drain to its end, whatever is still open then. Default 30. */
  readonly drainSeconds?: number;
  readonly timeLimits?: Partial<TimeLimits>;
  /** Connections at a time; more are closed at once. Default 4,096. */
  readonly connections?: number;
  /** Default: none. */
  readonly logger?: Logger;
}

export interface RunningServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:8080/`. */
  readonly url: string;
  /** Takes no new work from now on, finishes what it has accepted, and ends. Calling again gives the same promise. */
  drain(): Promise<void>;
  /** Ends at once. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Of the time for a drain, what streams and jobs get to end in an orderly way. */
const ENDING_SHARE = 0.2;
/** For requests that were on their way when the last answer was given. */
const LAST_REQUESTS_MS = 500;

/** Serves an app with HTTP/1.1. TLS is for whoever stands before it.
 *  @throws {ServeError} `public-without-key`, `port-taken` or `cannot-listen`
 *  @example
 *  const drain = createDrain();
 *  const app = createApp({ models, drain });
 *  const server = await serveApp(app, { port: 8080, drain });
 *  process.once('SIGTERM', () => void server.drain()); */
export async function serveApp(
  app: { fetch(request: Request, env: AppEnv['Bindings']): Response | Promise<Response> },
  {
    host = '127.0.0.1',
    port = 8080,
    allowPublic = false,
    drain = createDrain(),
    drainSeconds = 30,
    timeLimits = {},
    connections = 4096,
    logger,
  }: ServeOptions = {},
): Promise<RunningServer> {
  if (!allowPublic && !isLoopback(host)) {
    throw new ServeError(
      'public-without-key',
      `${host}: other machines reach this address, and the app has no API keys; give it some, or say that it may be open to all`,
    );
  }
  const listener = getRequestListener(
    async (request, { incoming, outgoing }) => {
      const clientAddress = (incoming as IncomingMessage).socket.remoteAddress;
      const answer = await app.fetch(request, { clientAddress });
      return mayFailLater(answer)
        ? cutWhereItFails(answer, outgoing as ServerResponse, logger)
        : answer;
    },
    { errorHandler: (error) => answerError(error, logger) },
  );
  const limits = { ...DEFAULT_TIME_LIMITS, ...timeLimits };
  const server = createHttpServer(limits);
  server.maxConnections = connections;
  const open = new OpenAnswers();
  const onRequest = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    open.add(incoming.socket, outgoing);
    if (drain.started.aborted) outgoing.setHeader('connection', 'close');
    void listener(incoming, outgoing);
  };
  server.on('request', onRequest);
  server.on('checkExpectation', onRequest); // whatever is expected, the answer will tell
  server.on('timeout', (socket) => {
    if (!open.of(socket)) socket.destroy(); // while an answer is computed nothing moves either
  });
  server.once('close', closeDeafClients(open, limits));
  answerClientErrors(server, (socket) => open.of(socket));
  await listen(server, host, port);

  let drained: Promise<void> | undefined;
  return {
    url: urlOf(server.address() as AddressInfo),
    drain: () => (drained ??= drainServer(server, open, drain, drainSeconds * 1000)),
    [Symbol.asyncDispose]: async () => {
      drain.end();
      await close(server, 0);
    },
  };
}

function createHttpServer(limits: TimeLimits): Server {
  const server = createServer({
    headersTimeout: limits.headerSeconds * 1000,
    requestTimeout: limits.requestSeconds * 1000,
    keepAliveTimeout: limits.keepAliveSeconds * 1000,
    connectionsCheckingInterval: limits.checkSeconds * 1000,
    requireHostHeader: false, // answered by `answerError`, as a problem
  });
  server.timeout = limits.requestSeconds * 1000;
  return server;
}

/** What went wrong outside of the app. */
function answerError(error: unknown, logger: Logger | undefined): Response {
  if (error instanceof RequestError) {
    const detail = `the request cannot be read: ${error.message}`;
    return problemResponse(new ProblemError('invalid-request', detail), undefined);
  }
  logger?.error({ error }, 'internal error');
  return problemResponse(new ProblemError('internal', 'something went wrong here'), undefined);
}

async function drainServer(
  server: Server,
  open: OpenAnswers,
  drain: DrainControl,
  milliseconds: number,
): Promise<void> {
  drain.start();
  server.closeIdleConnections();
  await open.allClosed(milliseconds * (1 - ENDING_SHARE));
  drain.end();
  await open.allClosed(milliseconds * ENDING_SHARE);
  await close(server, open.size > 0 ? 0 : LAST_REQUESTS_MS);
}

/** @param patience milliseconds that open connections get */
async function close(server: Server, patience: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  await Promise.race([closed, sleep(patience)]);
  server.closeAllConnections();
  await closed;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === 'EADDRINUSE';
      reject(
        new ServeError(
          isTaken ? 'port-taken' : 'cannot-listen',
          `port ${port} of ${host}: ${isTaken ? 'is taken; name another' : `cannot listen there (${cause.code})`}`,
          { cause },
        ),
      );
    });
    server.listen(port, host, () => resolve());
  });
}

/** Whether only this machine reaches an address of it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/`;
}
