// Redis over TLS: a real one, with a certificate that only the tests trust. One test runs compiled code.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Certificates,
  isOpensslInstalled,
  makeCertificates,
} from '../../testing/certificates.js';
import { isRedisInstalled, RedisServer } from '../../testing/redis-server.js';
import { startJobWorker } from '../jobs/job-worker.js';
import { createRedisJobQueue } from '../jobs/redis-queue.js';
import { openFolderStorage } from '../storage/folder-storage.js';
import type { ResultStorage } from '../storage/result-storage.js';
import { connectAndWait, type RedisPlace } from './connection.js';

describe.skipIf(!isRedisInstalled() || !isOpensslInstalled())('Redis over TLS', () => {
  let folder: string;
  let storage: ResultStorage;
  let certificates: Certificates;
  let secure: RedisServer;
  let plain: RedisServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ostinato-tls-'));
    storage = await openFolderStorage(join(folder, 'results'));
    certificates = makeCertificates(folder);
    [secure, plain] = await Promise.all([RedisServer.start(certificates), RedisServer.start()]);
  });
  afterAll(async () => {
    await Promise.all([secure.dispose(), plain.dispose()]);
    await rm(folder, { recursive: true });
  });

  const openQueue = (place: RedisPlace) =>
    createRedisJobQueue({ ...place, storage, models: ['m'] });
  const work = (place: RedisPlace) =>
    startJobWorker({ ...place, storage, models: ['m'], run: async () => Uint8Array.of(7) });

  it('takes jobs and does them where the authority is named', async () => {
    const place = { address: secure.address, ca: certificates.authority };
    const queue = await openQueue(place);
    const worker = work(place);
    const task = { model: 'm', kind: 'compose', request: { seed: 7 } } as const;
    const { job } = await queue.submit({ owner: undefined, task });
    while ((await queue.find(job.id))?.state !== 'succeeded') await pause(20);
    await worker.close(0);
    await queue.close();
  });

  it('takes them where Node was told of the authority', async () => {
    const compiled = new URL('../../../dist/node/', import.meta.url).href;
    const script = `
      import { openStorage } from '${compiled}index.js';
      import { createRedisJobQueue } from '${compiled}redis/index.js';
      const [, address, folder] = process.argv;
      const storage = await openStorage(folder);
      const queue = await createRedisJobQueue({ address, storage, models: ['m'] });
      console.log(JSON.stringify([...(await queue.counts())]));
      await queue.close();`;
    const args = ['--input-type=module', '-e', script, secure.address, folder];
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificates.authorityFile };
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    expect(JSON.parse(stdout)).toEqual([['m', { queued: 0, running: 0 }]]);
  });

  it.each([
    [
      'a certificate that nobody trusts',
      () => ({ address: secure.address }),
      /not trusted.*--queue-ca FILE, or NODE_EXTRA_CA_CERTS/,
    ],
    [
      'a certificate for another name',
      () => ({
        address: secure.address.replace('localhost', '127.0.0.1'),
        ca: certificates.authority,
      }),
      /another name/,
    ],
    [
      'a Redis without TLS',
      () => ({ address: plain.address.replace('redis:', 'rediss:') }),
      /no TLS connection.*meant to be redis:/,
    ],
  ])('refuses %s at once, by name', async (_, place, message) => {
    const expected = {
      code: 'queue-tls',
      message: expect.stringMatching(message) as string,
    };
    await expect(openQueue(place())).rejects.toMatchObject(expected);
  });

  it('says what may be wrong where Redis wants TLS and is not asked for it', async () => {
    const told: object[] = [];
    const tell = (facts: object): void => void told.push(facts);
    const queue = await createRedisJobQueue({
      address: secure.address.replace('rediss:', 'redis:'),
      storage,
      models: ['m'],
      logger: { info: tell, warn: tell, error: tell },
    });
    expect(told).toEqual([
      { error: expect.stringMatching(/; if Redis wants TLS, use rediss:/) as string },
    ]);
    await queue.close();
  });

  it('tells a worker the same', async () => {
    const worker = work({ address: secure.address });
    await expect(worker.ready).rejects.toMatchObject({ code: 'queue-tls' });
    await worker.close(0);
  });

  it('may be dropped at any moment of its greeting', async () => {
    const failures: unknown[] = [];
    const note = (error: unknown): void => void failures.push(error);
    process.on('uncaughtException', note);
    const drops = Array.from({ length: 64 }, async (_, i) => {
      const { drop } = connectAndWait({ address: secure.address }, undefined); // nobody trusts it
      await pause(i / 4);
      drop();
    });
    await Promise.all(drops);
    await pause(100);
    process.off('uncaughtException', note);
    expect(failures).toEqual([]);
  });

  it('refuses authorities that are none, and where there is no TLS', async () => {
    const { authority: ca } = certificates;
    for (const place of [
      { address: plain.address, ca },
      { address: secure.address, ca: 'no certificate' },
    ]) {
      await expect(openQueue(place)).rejects.toMatchObject({ code: 'queue-ca' });
      expect(() => work(place)).toThrow(expect.objectContaining({ code: 'queue-ca' }));
    }
  });

  it('tells a password that is missing or wrong, and not which one', async () => {
    await plain.ask('CONFIG', 'SET', 'requirepass', 'right-one');
    const withPassword = (password: string) => ({
      address: plain.address.replace('//', `//:${password}@`),
    });
    for (const place of [{ address: plain.address }, withPassword('wrong-one')]) {
      const refusal: unknown = await openQueue(place).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: 'queue-refused' });
      expect(String(refusal)).not.toContain('wrong-one');
    }
    const queue = await openQueue(withPassword('right-one'));
    expect(await queue.counts()).toEqual(new Map([['m', { queued: 0, running: 0 }]]));
    await queue.close();
  });
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
