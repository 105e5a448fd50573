// Clients that stall, wherever one can: all must be gone soon, and cost nothing until then.
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { rounded, scaled, type ServerCase } from './case.js';
import { busyness } from './metrics.js';

/** What each kind sends before it stalls. */
const BEGINNINGS: Readonly<Record<string, string>> = {
  nothing: '',
  'half of the headers': 'POST /v1/models/musicnet/compose HTTP/1.1\r\nhost: x\r\ncontent-',
  'half of the body':
    'POST /v1/models/musicnet/compose HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"seed":',
  // Far more than the buffers of the connection take.
  'answers that nobody reads': 'GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(500),
};

const MOST_SECONDS = 30;

export const stalled: ServerCase = async (server, options) => {
  const each = scaled(50, options, 5);
  await sleep(1000); // what other cases kept open is closed
  const before = server.descriptors();
  const url = new URL(server.url);
  const sockets: Socket[] = [];
  for (const text of Object.values(BEGINNINGS)) {
    for (let i = 0; i < each; i++) {
      const socket = connect(Number(url.port), url.hostname);
      socket.on('error', () => undefined);
      if (text !== '') socket.write(text);
      sockets.push(socket); // nobody reads it
    }
  }
  await sleep(500);
  const opened = server.descriptors() - before;
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  while (server.descriptors() > before && seconds() < MOST_SECONDS) await sleep(100);
  const closedAfterSeconds = rounded(seconds() + 0.5);
  const left = Math.max(0, server.descriptors() - before);
  const samples = await server.metrics();
  for (const socket of sockets) socket.destroy();
  return {
    connections: sockets.length,
    kinds: Object.keys(BEGINNINGS),
    opened,
    closedAfterSeconds,
    left,
    busyAfterwards: busyness(samples),
  };
};
