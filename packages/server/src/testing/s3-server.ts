// A small S3 for tests: objects in memory, conditional writes, listing in pages, and every request's signature checked (AWS
// Signature Version 4). Of the servers on npm none that is maintained knows conditional writes.
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const S3_KEYS = { accessKeyId: 'test-key', secretAccessKey: 'test-secret' };
const REGION = 'test-region';
/** Names in one page of a list. */
const PAGE = 2;

interface StoredObject {
  readonly bytes: Buffer;
  readonly modified: Date;
}

export class S3Server {
  readonly objects = new Map<string, StoredObject>();
  /** Buckets that are not there; all others are. */
  readonly missing = new Set<string>();
  /** Answers for the next requests, instead of what they ask for. */
  readonly failures: number[] = [];
  readonly #server: Server;

  static async start(): Promise<S3Server> {
    const server = new S3Server();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  /** Variables of the environment for a client. */
  get environment(): Record<string, string> {
    const { port } = this.#server.address() as AddressInfo;
    return {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: S3_KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: S3_KEYS.secretAccessKey,
    };
  }

  async dispose(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray());
    const url = new URL(request.url ?? '', 'http://s3');
    const fail = (status: number, code: string): void => {
      response.writeHead(status, { 'content-type': 'application/xml' });
      response.end(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
    };
    if (!isSigned(request, url, body)) return fail(403, 'SignatureDoesNotMatch');
    const failure = this.failures.shift();
    if (failure !== undefined) return fail(failure, 'ConditionalRequestConflict');
    const key = decodeURIComponent(url.pathname).slice(1); // with the bucket
    if (this.missing.has(key.split('/')[0])) return fail(404, 'NoSuchBucket');
    if (request.method === 'GET' && url.searchParams.has('list-type')) {
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.end(this.#list(`${key.replace(/\/$/, '')}/`, url.searchParams));
      return;
    }
    const found = this.objects.get(key);
    const method: string = request.method ?? '';
    switch (method) {
      case 'PUT':
        if (found && request.headers['if-none-match'] === '*')
          return fail(412, 'PreconditionFailed');
        this.objects.set(key, { bytes: body, modified: new Date() });
        response.writeHead(200, { etag: '"x"' }).end();
        return;
      case 'GET':
        if (!found) return fail(404, 'NoSuchKey');
        response.writeHead(200, { 'content-length': found.bytes.length }).end(found.bytes);
        return;
      case 'DELETE':
        this.objects.delete(key);
        response.writeHead(204).end();
        return;
      default:
        return fail(405, 'MethodNotAllowed');
    }
  }

  #list(bucket: string, query: URLSearchParams): string {
    const start = bucket + (query.get('prefix') ?? '');
    const after = query.get('continuation-token') ?? '';
    const names = [...this.objects.keys()]
      .filter((name) => name.startsWith(start) && name > after)
      .toSorted();
    const page = names.slice(0, PAGE);
    const contents = page.map((name) => {
      const modified = this.objects.get(name)?.modified.toISOString();
      const key = name.slice(bucket.length);
      return `<Contents><Key>${key}</Key><LastModified>${modified}</LastModified></Contents>`;
    });
    const isTruncated = names.length > PAGE;
    const next = isTruncated ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
    return `<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`;
  }
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(?<key>[^/]+)\/(?<scope>(?<date>\d{8})\/(?<region>[^/]+)\/s3\/aws4_request), SignedHeaders=(?<headers>[a-z\d;-]+), Signature=(?<signature>[\da-f]{64})$/;

/** docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
function isSigned({ method, headers }: IncomingMessage, url: URL, body: Buffer): boolean {
  const parts = AUTHORIZATION.exec(headers.authorization ?? '')?.groups;
  if (parts?.['key'] !== S3_KEYS.accessKeyId || parts['region'] !== REGION) return false;
  const { scope, date, headers: names, signature } = parts as Record<string, string>;
  const payloadHash = sha256(body);
  if (headers['x-amz-content-sha256'] !== payloadHash) return false;
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted();
  const signed = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = [method, url.pathname, query.join('&'), signed.join(''), names, payloadHash];
  const time = headers['x-amz-date'];
  const text = `AWS4-HMAC-SHA256\n${String(time)}\n${scope}\n${sha256(canonical.join('\n'))}`;
  const key = [date, REGION, 's3', 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${S3_KEYS.secretAccessKey}`,
  );
  return createHmac('sha256', key).update(text).digest('hex') === signature;
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
