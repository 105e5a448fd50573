// Answers to what Node's parser cannot read: problem documents too, written to the socket since there is no request.
import type { Server, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ProblemError, problemResponse } from '../problem/problem.js';

/** @param answering the answer that a connection is given at the moment, if any */
export function answerClientErrors(
  server: Server,
  answering: (socket: Duplex) => ServerResponse | undefined,
): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // In the middle of an answer, another one would be taken for its end.
    if (error.code === 'ECONNRESET' || answering(socket)?.headersSent) socket.destroy();
    else void write(socket, problemOf(error.code ?? ''));
  });
  // Without a listener Node closes the connection without a word.
  server.on('connect', (_, socket) => {
    void write(socket, new ProblemError('method-not-allowed', 'this server is no proxy'));
  });
}

function problemOf(code: string): ProblemError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new ProblemError('headers-too-large', 'the headers are larger than 16 KiB');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new ProblemError('body-too-large', 'the extensions of a chunk are too large');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ProblemError('request-timeout', 'the request did not arrive in time');
    default:
      return new ProblemError('invalid-request', 'this is no HTTP request that can be read');
  }
}

async function write(socket: Duplex, problem: ProblemError): Promise<void> {
  const answer = problemResponse(problem, undefined);
  const body = await answer.text();
  if (!socket.writable) return void socket.destroy();
  const headers = [
    ...answer.headers,
    ['content-length', String(Buffer.byteLength(body))],
    ['connection', 'close'],
  ];
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const status = `${answer.status} ${STATUS_CODES[answer.status]}`;
  socket.end(`HTTP/1.1 ${status}\r\n${lines}\r\n${body}`, () => socket.destroy());
}
