import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as tar from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { walkArchive } from './archive.js';
import { openSource } from './open-source.js';
import {
  fileKind,
  MAX_FILE_BYTES,
  type CorpusSource,
  type SourceFile,
  type SourceItem,
} from './source.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-source-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function put(path: string, content: string | Uint8Array): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

/** Every item in words: `path: content` or `path! code`. */
async function met(source: Pick<CorpusSource, 'walk'>): Promise<string[]> {
  const words: string[] = [];
  for await (const item of source.walk()) words.push(await inWords(item));
  return words;
}

/** The paths of every item, nothing read. */
async function pathsOf(items: AsyncIterable<SourceItem>): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of items) paths.push(path);
  return paths;
}

async function inWords(item: SourceItem): Promise<string> {
  if (item.type === 'problem') return `${item.path}! ${item.code}`;
  return `${item.path}: ${new TextDecoder().decode(await item.read())}`;
}

async function archiveOf(
  entries: (Partial<tar.Header> & { name: string; content?: string })[],
): Promise<Uint8Array> {
  const pack = tar.pack();
  for (const { content = '', ...header } of entries) pack.entry(header, content);
  pack.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of pack as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('a folder', () => {
  it('gives the files of all folders, sorted by name', async () => {
    await put('b.mid', '2');
    await put('a/z.mid', '1');
    await put('a/deep/x.kar', '0');
    const source = await openSource(folder);
    expect(source.itemCount).toBe(3);
    expect(await met(source)).toEqual(['a/deep/x.kar: 0', 'a/z.mid: 1', 'b.mid: 2']);
  });

  it('gives the same on every walk', async () => {
    await put('a.mid', '1');
    const source = await openSource(folder);
    expect(await met(source)).toEqual(await met(source));
  });

  it('does not follow symbolic links, inside or outside', async () => {
    await put('music/a.mid', '1');
    await put('secret.mid', 'secret');
    await symlink('../secret.mid', join(folder, 'music/link.mid'));
    await symlink('..', join(folder, 'music/up'));
    await symlink('.', join(folder, 'music/circle'));
    expect(await met(await openSource(join(folder, 'music')))).toEqual([
      'a.mid: 1',
      'circle! symbolic-link',
      'link.mid! symbolic-link',
      'up! symbolic-link',
    ]);
  });

  it('passes over excluded folders', async () => {
    await put('a.mid', '1');
    await put('corpus/corpus.json', '{}');
    const source = await openSource(folder, { excluded: new Set([join(folder, 'corpus')]) });
    expect(await met(source)).toEqual(['a.mid: 1']);
  });

  it('refuses to read a file that is gone', async () => {
    const file = await put('a.mid', '1');
    for await (const item of (await openSource(folder)).walk()) {
      await rm(file);
      await expect((item as SourceFile).read()).rejects.toMatchObject({ code: 'unreadable' });
    }
  });

  it('opens archives in passing, and tells of broken ones', async () => {
    await put('music.tar', await archiveOf([{ name: 'x/b.mid', content: 'bee' }]));
    await put(
      'broken.tgz',
      gzipSync(await archiveOf([{ name: 'c.mid', content: 'sea' }])).subarray(0, 40),
    );
    const words = await met(await openSource(folder));
    expect(words).toContain('music.tar/x/b.mid: bee');
    expect(words).toContain('broken.tgz! unreadable-archive');
  });
});

describe('an archive', () => {
  const entries = [
    { name: './music/', type: 'directory' as const },
    { name: './music/a.mid', content: 'one' },
    { name: 'music/recording.wav', content: 'x'.repeat(100_000) },
    { name: 'music/link.mid', type: 'symlink' as const, linkname: '/etc/passwd' },
    { name: '/music/b.mid', content: 'two' },
  ];

  it.each(['music.tar.gz', 'music.tgz', 'music.tar'])('is streamed: %s', async (name) => {
    const bytes = await archiveOf(entries);
    await put(name, name === 'music.tar' ? bytes : gzipSync(bytes));
    const source = await openSource(join(folder, name));
    const words = await met(source);
    expect(words.map((word) => word.slice(0, 40).replaceAll('x', ''))).toEqual([
      `${name}/music/a.mid: one`,
      `${name}/music/recording.wav: `.slice(0, 40),
      `${name}/music/link.mid! not-a-file`.slice(0, 40),
      `${name}/music/b.mid: two`,
    ]);
  });

  it('skips what is not read', async () => {
    const file = await put('music.tgz', gzipSync(await archiveOf(entries)));
    const paths = await pathsOf(walkArchive(file, { prefix: 'm/' }));
    expect(paths).toEqual([
      'm/music/a.mid',
      'm/music/recording.wav',
      'm/music/link.mid',
      'm/music/b.mid',
    ]);
  });

  it('can be left early', async () => {
    const file = await put('music.tgz', gzipSync(await archiveOf(entries)));
    for await (const item of walkArchive(file, { prefix: 'm/' })) {
      expect(item.path).toBe('m/music/a.mid');
      break;
    }
  });

  it.each([
    ['cut short', (bytes: Uint8Array) => bytes.subarray(0, bytes.length / 2)],
    ['no archive at all', () => new TextEncoder().encode('a text, and not a short one'.repeat(40))],
  ])('is refused when %s', async (_, damage) => {
    const file = await put('music.tar.gz', damage(gzipSync(await archiveOf(entries))));
    const paths = pathsOf((await openSource(file)).walk());
    await expect(paths).rejects.toMatchObject({ code: 'unreadable-archive' });
  });

  it('tells of its end after an entry that breaks off', async () => {
    const bytes = await archiveOf([{ name: 'a.mid', content: 'x'.repeat(5000) }]);
    const file = await put('music.tar', bytes.subarray(0, 2000));
    const walk = walkArchive(file, { prefix: 'm/' });
    const first = (await walk.next()).value as SourceFile;
    await expect(first.read()).rejects.toMatchObject({ code: 'unreadable' });
    await expect(walk.next()).rejects.toMatchObject({ code: 'unreadable-archive' });
  });

  it('is refused with more entries than the limit', async () => {
    const file = await put('music.tar', await archiveOf(entries));
    const walk = pathsOf(walkArchive(file, { prefix: 'm/', maxEntries: 3 }));
    await expect(walk).rejects.toThrow('more than 3 entries');
  });

  it('does not read an entry that claims to be huge', async () => {
    const pack = tar.pack();
    pack.entry({ name: 'huge.mid', size: MAX_FILE_BYTES + 1 }); // the head alone; its content never comes
    const chunk = await new Promise<Uint8Array>((resolve) =>
      pack.once('data', (data) => resolve(data as Uint8Array)),
    );
    pack.destroy();
    const file = await put('music.tar', chunk);
    await expect(met(await openSource(file))).rejects.toMatchObject({ code: 'file-too-large' });
  });
});

describe('openSource', () => {
  it.each([
    ['nothing', 'missing', 'no-source'],
    ['another file', 'song.mp3', 'unknown-source'],
    ['the pickled archive of MusicNet', 'musicnet.npz', 'npz-archive'],
  ])('refuses %s', async (_, name, code) => {
    if (name !== 'missing') await put(name, 'x');
    await expect(openSource(join(folder, name))).rejects.toMatchObject({ code });
  });
});

describe('fileKind', () => {
  it.each([
    ['a/b.MID', 'midi'],
    ['a.midi', 'midi'],
    ['a.kar', 'midi'],
    ['a.rmi', 'midi'],
    ['a/._b.mid', 'other'],
    ['musicnet/train_labels/1727.csv', 'labels'],
    ['test_labels/1759.csv', 'labels'],
    ['other/1759.csv', 'other'],
    ['musicnet_metadata.csv', 'metadata'],
    ['musicnet.npz', 'npz'],
    ['musicnet/train_data/1727.wav', 'audio'],
    ['musicnet.tar.gz', 'archive'],
    ['lakh.zip', 'packed'],
    ['notes.txt', 'other'],
  ])('%s is %s', (path, kind) => {
    expect(fileKind(path)).toBe(kind);
  });
});
