// A Redis of one's own for a test: on a port of its own, with its data in a folder of its own, written at once.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { Certificates } from './certificates.js';

/** Whether Debian's `redis-server` is there; says a word if not. In CI it must be. */
export function isRedisInstalled(): boolean {
  const isInstalled = spawnSync('redis-server', ['--version']).status === 0;
  if (isInstalled) return true;
  if (process.env['CI'] !== undefined)
    throw new Error('redis-server: not installed; `npm test` does it as root');
  console.log('redis-server is not installed: tests of the queue on Redis are skipped');
  return false;
}

export class RedisServer {
  readonly address: string;
  readonly #port: number;
  readonly #folder: string;
  readonly #certificates: Certificates | undefined;
  #process: ChildProcess | undefined;

  /** @param certificates for TLS; default: without */
  static async start(certificates?: Certificates): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'ostinato-redis-'));
    const server = new RedisServer(await freePort(), folder, certificates);
    await server.restart();
    return server;
  }

  private constructor(port: number, folder: string, certificates: Certificates | undefined) {
    this.#port = port;
    this.#folder = folder;
    this.#certificates = certificates;
    this.address = certificates ? `rediss://localhost:${port}` : `redis://127.0.0.1:${port}`;
  }

  /** Starts it, with the data that it had. */
  async restart(): Promise<void> {
    const settings = ['--bind', '127.0.0.1', '--appendonly', 'yes', '--appendfsync', 'always'];
    this.#process = spawn(
      'redis-server',
      [...this.#portSettings(), '--dir', this.#folder, '--save', '', ...settings],
      { stdio: 'ignore' },
    );
    await this.#client(async (redis) => void (await redis.ping()));
  }

  /** It answers nothing until `thaw`. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Asks it for something. */
  async ask(...command: [string, ...string[]]): Promise<unknown> {
    let answer: unknown;
    await this.#client(async (redis) => void (answer = await redis.call(...command)));
    return answer;
  }

  /** Ends it as if the machine had failed; its data stay. */
  async stop(): Promise<void> {
    const server = this.#process;
    this.#process = undefined;
    if (!server) return;
    server.kill('SIGKILL');
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
  }

  async flush(): Promise<void> {
    await this.#client(async (redis) => void (await redis.flushall()));
  }

  async dispose(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true });
  }

  #portSettings(): string[] {
    const port = String(this.#port);
    if (!this.#certificates) return ['--port', port];
    const { certificateFile, keyFile, authorityFile } = this.#certificates;
    const files = ['--tls-cert-file', certificateFile, '--tls-key-file', keyFile];
    const clients = ['--tls-ca-cert-file', authorityFile, '--tls-auth-clients', 'no'];
    return ['--port', '0', '--tls-port', port, ...files, ...clients];
  }

  async #client(work: (redis: Redis) => Promise<void>): Promise<void> {
    const tls = this.#certificates && { ca: this.#certificates.authority, servername: 'localhost' };
    const redis = new Redis(this.#port, '127.0.0.1', {
      ...(tls && { tls }),
      maxRetriesPerRequest: null,
      retryStrategy: () => 20,
    });
    redis.on('error', () => undefined); // it comes up meanwhile
    try {
      await work(redis);
    } finally {
      redis.disconnect();
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
