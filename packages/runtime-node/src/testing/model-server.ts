// A web server with a small model on it, for tests: it knows ranges, and can be told to misbehave.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTokenizer, MODEL_RUNTIMES, sealManifest, tokenizerToJson } from '@ostinato/core';

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
  const tokenizer = createTokenizer({
    version: 1,
    positionsPerQuarter: 24,
    pitchRange: [60, 72],
    instruments: [0],
    percussionKeys: null,
    timeSignatures: [{ numerator: 4, denominator: 4 }],
    tempo: { lowestBpm: 24, highestBpm: 240, bins: 4 },
    velocityBins: 0,
    labels: {},
  });
  const V = tokenizer.vocabularySize;
  const golden = {
    schemaVersion: 1,
    primer: [0],
    logits: Array.from({ length: V }, () => 0),
    compositions: [{ seed: 1, temperature: 1, topK: V, topP: 1, minP: 0, tokens: [1] }],
  };
  const files = new Map<string, Uint8Array>([
    ['step.onnx', noise(300_000, seed)],
    ['chunk.onnx', noise(200_000, seed + 1000)],
    ['tokenizer.json', Buffer.from(tokenizerToJson(tokenizer))],
    ['golden.json', Buffer.from(JSON.stringify(golden))],
    ['README.md', Buffer.from('# Card')],
  ]);
  const entry = (file: string) => {
    const content = files.get(file)!;
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { file, bytes: content.length, sha256 };
  };
  const form = { precision: 'f32' as const, opset: 21, runtimes: [...MODEL_RUNTIMES] };
  const { text } = sealManifest({
    schemaVersion: 2,
    name: 'small',
    description: '',
    licence: 'CC0-1.0',
    architecture: {
      kind: 'lstm',
      vocabularySize: V,
      embeddingSize: 4,
      hiddenSize: 4,
      layers: 1,
      tiedOutput: false,
    },
    stateSize: 8,
    graphs: [
      { ...entry('step.onnx'), kind: 'step', ...form, ...(stepBytes && { bytes: stepBytes }) },
      { ...entry('chunk.onnx'), kind: 'chunk', ...form },
    ],
    tokenizer: entry('tokenizer.json'),
    golden: entry('golden.json'),
    card: entry('README.md'),
    sampling: { temperature: 1, topP: 1, minP: 0 },
    training: { data: '', steps: 1, tokens: 1, metrics: {} },
    producer: 'test',
  });
  files.set('manifest.json', Buffer.from(text));
  return files;
}

/** Bytes that do not compress, the same for the same seed. */
function noise(length: number, seed: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 64) }, (_, i) =>
    createHash('sha512').update(`${seed}:${i}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}
