// Requests with little of their own cost: the client shares the cores with the server that it measures.
import { Agent, type IncomingMessage, request as httpRequest } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** From the call to the whole answer. */
  readonly milliseconds: number;
}

export interface RequestOptions {
  /** Sent as JSON. */
  readonly json?: object;
  /** Sent as they are. */
  readonly bytes?: Uint8Array;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
  /** A connection for this request alone. Default false. */
  readonly isAlone?: boolean;
}

/** As many connections as there are requests at a time. */
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

/** @throws the error of the connection, and an AbortError */
export async function request(url: string, options: RequestOptions = {}): Promise<Answer> {
  for (;;) {
    try {
      return await requestOnce(url, options);
    } catch (error) {
      if (!(error instanceof ReusedSocketError)) throw error;
    }
  }
}

/** The server closed a connection that it had kept while the next request was on its way. */
class ReusedSocketError extends Error {}

function requestOnce(url: string, options: RequestOptions): Promise<Answer> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const sent: ReturnType<typeof openRequest> = openRequest(url, options, (incoming) => {
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('error', reject);
      incoming.on('close', () => {
        if (!incoming.complete) reject(new Error('the answer was cut off'));
      });
      incoming.on('end', () => {
        resolve({
          status: incoming.statusCode!,
          headers: incoming.headers,
          body: Buffer.concat(parts),
          milliseconds: performance.now() - started,
        });
      });
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const isReused = sent.reusedSocket && error.code === 'ECONNRESET';
      reject(isReused ? new ReusedSocketError('closed', { cause: error }) : error);
    });
  });
}

/** Sends a request, and gives the answer as it begins. */
export function openRequest(
  url: string,
  { json, bytes, headers = {}, signal, isAlone = false }: RequestOptions,
  onAnswer: (incoming: IncomingMessage) => void,
): ReturnType<typeof httpRequest> {
  const sent = httpRequest(
    url,
    {
      method: json || bytes ? 'POST' : 'GET',
      agent: isAlone ? false : agent,
      headers: { ...(json && { 'content-type': 'application/json' }), ...headers },
      ...(signal && { signal }),
    },
    onAnswer,
  );
  sent.end(json ? JSON.stringify(json) : bytes);
  return sent;
}

export const COMPOSE = '/v1/models/musicnet/compose';
export const STREAM = '/v1/models/musicnet/stream';
/** Composes a piece as notes in JSON. */
export function composeNotes(
  url: string,
  json: object,
  options: Omit<RequestOptions, 'json'> = {},
): Promise<Answer> {
  return request(url + COMPOSE, { ...options, json, headers: { accept: 'application/json' } });
}
