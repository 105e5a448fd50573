import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultCacheFolder } from './cache-location.js';
import { resolveModel } from './resolve-model.js';

const bundled = fileURLToPath(new URL('../../../../models/musicnet', import.meta.url));

let workingFolder: string;
beforeEach(async () => {
  workingFolder = await mkdtemp(join(tmpdir(), 'ostinato-names-'));
});
afterEach(async () => {
  await rm(workingFolder, { recursive: true });
});

async function addModel(...path: string[]): Promise<string> {
  const folder = join(workingFolder, ...path);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'manifest.json'), '{}');
  return folder;
}

const resolveHere = (source: string | URL, environment = {}) =>
  resolveModel(source, { workingFolder, environment });

describe('resolveModel', () => {
  it.each([
    ['https://example.org/models/mine', 'https://example.org/models/mine/'],
    ['HTTPS://example.org/m/?key=1', 'https://example.org/m/?key=1'],
  ])('takes %s as an address', async (source, address) => {
    expect(await resolveHere(source)).toEqual({ kind: 'web', address });
    expect(await resolveHere(new URL(source))).toEqual({ kind: 'web', address });
  });

  it.each(['models/mine', './mine', '../mine', '.', '/somewhere/mine', 'C:\\models\\mine'])(
    'takes %s as a folder',
    async (folder) => {
      expect(await resolveHere(folder)).toEqual({ kind: 'folder', folder });
    },
  );

  it('takes the address of a folder of this machine', async () => {
    const folder = join(workingFolder, 'a model');
    expect(await resolveHere(pathToFileURL(folder))).toEqual({ kind: 'folder', folder });
    await expect(resolveHere('file://elsewhere/%2f')).rejects.toMatchObject({
      code: 'bad-address',
    });
  });

  it('looks a name up in OSTINATO_MODELS, then in models here, then among those of Ostinato', async () => {
    expect(await resolveHere('musicnet')).toEqual({ kind: 'installed', folder: bundled });
    const here = await addModel('models', 'musicnet');
    expect(await resolveHere('musicnet')).toEqual({ kind: 'folder', folder: here });
    await addModel('one', 'other');
    const named = await addModel('two', 'musicnet');
    const OSTINATO_MODELS = ['one', join(workingFolder, 'two')].join(delimiter);
    const folder = named;
    expect(await resolveHere('musicnet', { OSTINATO_MODELS })).toEqual({ kind: 'folder', folder });
  });

  it('prefers a folder that is there', async () => {
    await addModel('models', 'mine');
    await addModel('mine');
    expect(await resolveHere('mine')).toEqual({ kind: 'folder', folder: 'mine' });
  });

  it('says where it looked and which names there are', async () => {
    await addModel('models', 'mine');
    const error = await resolveHere('musicnt').then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error).toMatchObject({ code: 'unknown-model' });
    expect(error?.message).toMatch(
      /^musicnt: neither a folder nor a model's name; looked in models, .*: there are mine, musicnet$/,
    );
  });

  it('refuses addresses that are not secure', async () => {
    await expect(resolveHere('http://example.org/m')).rejects.toMatchObject({
      code: 'bad-address',
    });
    await expect(resolveHere('s3://bucket/m')).rejects.toMatchObject({ code: 'bad-address' });
  });
});

describe('defaultCacheFolder', () => {
  it.each([
    ['linux', { XDG_CACHE_HOME: '/c' }, /^\/c\/ostinato\/models$/],
    ['linux', { XDG_CACHE_HOME: 'relative' }, /\.cache\/ostinato\/models$/],
    ['linux', {}, /\.cache\/ostinato\/models$/],
    ['darwin', { XDG_CACHE_HOME: '/c' }, /Library\/Caches\/ostinato\/models$/],
    ['win32', { LOCALAPPDATA: '/local' }, /^\/local\/ostinato\/models$/],
    ['win32', {}, /AppData\/Local\/ostinato\/models$/],
    ['linux', { OSTINATO_CACHE: '/mine', XDG_CACHE_HOME: '/c' }, /^\/mine\/models$/],
  ] as const)('on %s with %o', (platform, environment, expected) => {
    expect(defaultCacheFolder({ platform, environment })).toMatch(expected);
  });
});
