// `npm start`: builds the studio and serves it. `npm start -- --port 8080` asks for a port.
import { parseArgs } from 'node:util';
import { buildStudio } from '../packages/studio/scripts/build.mjs';
import { serveStudio } from '../packages/studio/scripts/serve.mjs';

const USAGE = 'npm start -- [--port <0..65535>]';

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

async function start(port) {
  const folder = await buildStudio();
  const { url, close } = await serveStudio(folder, { port }).catch((error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    const what = port === undefined ? 'every port from 4173 on' : `port ${port}`;
    throw new Error(`${what} is taken; name another: npm start -- --port 8080`, { cause: error });
  });
  console.log(`The studio is at ${url} (Ctrl-C ends it)`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void close());
}

function parsePort(text) {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (text !== '' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`--port: expected a whole number in 0..65535, found "${text}"`);
}
