// One suite for both storages, and what is particular to each.
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { S3Server } from '../../testing/s3-server.js';
import { openStorage } from './open-storage.js';
import { type ResultStorage, resultName } from './result-storage.js';

const name = resultName('musicnet.abc');
const bytes = new TextEncoder().encode('a result');

let folder: string;
let s3: S3Server;

beforeAll(async () => {
  s3 = await S3Server.start();
});
afterAll(() => s3.dispose());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-results-'));
  for (const [variable, value] of Object.entries(s3.environment)) vi.stubEnv(variable, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  s3.objects.clear();
  await rm(folder, { recursive: true });
});

const places: Record<string, () => string> = {
  folder: () => join(folder, 'made', 'when missing'),
  's3://bucket/prefix': () => 's3://bucket/some/prefix',
  's3://bucket': () => 's3://bucket',
};

describe.each(Object.entries(places))('results in %s', (_, place) => {
  let storage: ResultStorage;
  beforeEach(async () => {
    storage = await openStorage(place());
  });

  it('are read as they were written', async () => {
    expect(await storage.put(name, bytes)).toBe(true);
    expect(new Uint8Array((await storage.get(name)) ?? [])).toEqual(bytes);
  });

  it('are written once, whoever comes first', async () => {
    const many = await Promise.all(
      Array.from({ length: 8 }, (__, i) => storage.put(name, Uint8Array.of(i))),
    );
    expect(many.filter(Boolean)).toHaveLength(1);
    expect(await storage.get(name)).toHaveLength(1);
    expect((await storage.get(name))?.[0]).toBe(many.indexOf(true));
  });

  it('are missing before, and after they were removed', async () => {
    expect(await storage.get(name)).toBeUndefined();
    await storage.put(name, bytes);
    await storage.remove(name);
    await storage.remove(name);
    expect(await storage.get(name)).toBeUndefined();
    expect(await storage.put(name, bytes)).toBe(true);
  });

  it('go when their time is over, and not before', async () => {
    const names = Array.from({ length: 5 }, (__, i) => resultName(`musicnet.${i}`));
    for (const each of names) await storage.put(each, bytes);
    await storage.removeOlderThan(Date.now() - 60_000);
    expect(await storage.get(names[4])).toBeDefined();
    await storage.removeOlderThan(Date.now() + 60_000);
    for (const each of names) expect(await storage.get(each)).toBeUndefined();
  });
});

describe('a folder of results', () => {
  it('holds whole files only, and loses nothing that is not ours', async () => {
    const storage = await openStorage(folder);
    await Promise.all([storage.put(name, bytes), storage.put(name, bytes)]);
    expect(await readdir(folder)).toEqual([name]);
    const long = new Date(0);
    for (const other of ['piece.mid', '.killed.ostinato-tmp']) {
      await writeFile(join(folder, other), 'x');
      await utimes(join(folder, other), long, long);
    }
    await storage.removeOlderThan(1_000);
    expect((await readdir(folder)).toSorted()).toEqual([name, 'piece.mid'].toSorted());
  });
});

describe('results in S3', () => {
  it('lie below their prefix, and others’ objects stay', async () => {
    const storage = await openStorage('s3://bucket/some/prefix/');
    await storage.put(name, bytes);
    s3.objects.set('bucket/some/prefix/other.txt', { bytes: Buffer.of(1), modified: new Date(0) });
    await storage.removeOlderThan(Date.now() - 60_000);
    expect([...s3.objects.keys()]).toEqual([
      `bucket/some/prefix/${name}`,
      'bucket/some/prefix/other.txt',
    ]);
  });

  it('are tried again where two writes met', async () => {
    const storage = await openStorage('s3://bucket');
    s3.failures.push(409, 409);
    expect(await storage.put(name, bytes)).toBe(true);
  });

  it('are refused with another key', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'another');
    const refusal: unknown = await openStorage('s3://bucket').catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'results-keys',
      message: expect.stringContaining('SignatureDoesNotMatch') as string,
    });
    expect(String(refusal)).not.toContain('another');
  });

  it('are not looked for in a bucket that is not there, also where it goes later', async () => {
    const storage = await openStorage('s3://bucket');
    s3.missing.add('bucket');
    await expect(openStorage('s3://bucket')).rejects.toMatchObject({ code: 'results-bucket' });
    await expect(storage.get(name)).rejects.toThrow('NoSuchBucket');
    await expect(storage.put(name, bytes)).rejects.toThrow('NoSuchBucket');
    s3.missing.clear();
    expect(await storage.get(name)).toBeUndefined();
  });

  it('may be in a storage that is not there yet', async () => {
    const gone = await S3Server.start();
    vi.stubEnv('AWS_ENDPOINT_URL_S3', gone.environment['AWS_ENDPOINT_URL_S3']);
    await gone.dispose();
    const storage = await openStorage('s3://bucket');
    await expect(storage.get(name)).rejects.toThrow('ECONNREFUSED');
  });
});

it.each(['s3://', 's3://UPPER/x', 's3:/bucket', 's3://bucket/a b'])('refuses %s', async (place) => {
  await expect(openStorage(place)).rejects.toMatchObject({ code: 'results-address' });
});
