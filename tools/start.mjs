// `npm start`: builds the studio, and serves it with the bundled model behind it. `npm start -- --port 8080` asks for a port.
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';
import { main } from '../packages/cli/dist/main.js';
import { buildStudio } from '../packages/studio/scripts/build.mjs';

const USAGE = 'npm start -- [--port <0..65535>]';

/** Taken if it is free, or one of those after it, where nobody asked for a certain port. */
const FIRST_PORT = 4173;
const MORE_PORTS = 20;

try {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) console.log(USAGE);
  else await start(parsePort(values.port));
} catch (error) {
  console.error(`start: ${error.message}`);
  process.exitCode = 1;
}

async function start(asked) {
  const port = asked ?? (await firstFree(FIRST_PORT, MORE_PORTS));
  if (port === undefined || !(await isFree(port))) {
    const what = asked === undefined ? `every port from ${FIRST_PORT} on` : `port ${port}`;
    throw new Error(`${what} is taken; name another: npm start -- --port 8080`);
  }
  await buildStudio();
  process.exitCode = await main(['serve', '--port', String(port), '--log-level', 'warn']);
}

function parsePort(text) {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (text !== '' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`--port: expected a whole number in 0..65535, found "${text}"`);
}

async function firstFree(port, more) {
  if (await isFree(port)) return port;
  return more > 0 ? firstFree(port + 1, more - 1) : undefined;
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
