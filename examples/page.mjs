// Serves the page in examples/page: a composer and a player.
//   node examples/page.mjs [port]
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const folders = {
  '/ostinato/': join(here, '../packages/runtime-web/dist'),
  '/models/': join(here, '../models'),
  '/': join(here, 'page'),
};
const types = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' };

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const [prefix, folder] = Object.entries(folders).find(([each]) => pathname.startsWith(each));
  const name = normalize(`/${pathname.slice(prefix.length) || 'index.html'}`);
  const file = join(folder, name);
  if (!existsSync(file)) return response.writeHead(404).end();
  response.writeHead(200, {
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
  });
  createReadStream(file).pipe(response);
});
server.listen(Number(process.argv[2] ?? 8080), '127.0.0.1', () =>
  console.log(`http://localhost:${server.address().port}`),
);
