// Serves the built page on this machine, and nowhere else.
import { createServer } from 'node:http';
import sirv from 'sirv';

/** Ports tried after a busy one, where nobody asked for a certain port. */
const MORE_PORTS = 20;

/** What a page of ours may do is in its own policy; these are for the browser. */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // Isolation gives the runtime threads.
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** @param {string} folder of the page
 *  @param {{ port?: number }} [options] a port, or the first free one from 4173 on
 *  @returns {Promise<{ url: string, close(): Promise<void> }>}
 *  @throws {Error} with `code` EADDRINUSE if the port is taken */
export async function serveStudio(folder, { port } = {}) {
  const files = sirv(folder, {
    etag: true,
    setHeaders: (response) => {
      for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    },
  });
  const server = createServer((request, response) => {
    files(request, response, () => {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n');
    });
  });
  await listen(server, port ?? 4173, port === undefined ? MORE_PORTS : 0);
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server, port, more) {
  return new Promise((resolve, reject) => {
    const onError = (error) => {
      if (error.code === 'EADDRINUSE' && more > 0) {
        resolve(listen(server, port + 1, more - 1));
      } else {
        reject(error);
      }
    };
    server.once('error', onError);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', onError);
      resolve();
    });
  });
}
