// A web server with a small model on it, for tests: it knows ranges, and can be told to misbehave.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tinyArtifact } from '@ostinato/core/testing';

/** Answers instead of the server, if it returns true. */
type Misbehaviour = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface ModelServer extends AsyncDisposable {
  /** Of the model's folder. */
  readonly address: string;
  /** May be changed at any time. */
  readonly files: Map<string, Uint8Array>;
  /** File and range of each request, in order: `step.onnx`, `step.onnx 100-`. */
  readonly requests: string[];
  misbehave: Misbehaviour;
}

/** @param files by name; default: those of `smallModel` */
export async function startModelServer(
  files: Map<string, Uint8Array> = smallModel(),
): Promise<ModelServer> {
  const requests: string[] = [];
  const http = createServer((request, response) => {
    const file = fileOf(request);
    const range = request.headers.range?.replace('bytes=', '');
    requests.push(range === undefined ? file : `${file} ${range}`);
    if (server.misbehave(request, response)) return;
    const content = files.get(file);
    if (content === undefined) response.writeHead(404).end();
    else serve(content, range, response);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const server: ModelServer = {
    address: `http://127.0.0.1:${port}/models/small/`,
    files,
    requests,
    misbehave: () => false,
    [Symbol.asyncDispose]: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}

export function fileOf(request: IncomingMessage): string {
  return new URL(request.url ?? '', 'http://x').pathname.split('/').at(-1) ?? '';
}

function serve(content: Uint8Array, range: string | undefined, response: ServerResponse): void {
  if (range === undefined) {
    response.writeHead(200, { 'content-length': content.length }).end(content);
    return;
  }
  const first = Number.parseInt(range, 10);
  if (first >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const rest = content.subarray(first);
  response
    .writeHead(206, {
      'content-length': rest.length,
      'content-range': `bytes ${first}-${content.length - 1}/${content.length}`,
    })
    .end(rest);
}

/** Sends the first bytes of a file as if all would follow, then cuts the connection. */
export function cutAfter(content: Uint8Array, bytes: number, response: ServerResponse): void {
  response.writeHead(200, { 'content-length': content.length });
  response.write(content.subarray(0, bytes), () => response.socket?.destroy());
}

/** The files of a model whose graphs are bytes of no meaning: for what happens before a runtime sees them.
 *  @param seed another one gives other graphs
 *  @param stepBytes what the manifest says of the step graph, if not the truth */
export function smallModel(seed = 1, stepBytes?: number): Map<string, Uint8Array> {
  return tinyArtifact({
    graphs: { step: noise(300_000, seed), chunk: noise(200_000, seed + 1000) },
    change: (manifest) => {
      manifest.name = 'small';
      if (stepBytes !== undefined) manifest.graphs[0].bytes = stepBytes;
    },
  });
}

/** Bytes that do not compress, the same for the same seed. */
function noise(length: number, seed: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 64) }, (_, i) =>
    createHash('sha512').update(`${seed}:${i}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}
