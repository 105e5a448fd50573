import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as tar from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallMelody, smallMidi } from '../../testing/music-files.js';
import { openCorpus } from '../open-corpus.js';
import { prepareCorpus, prepareShard, type PrepareOptions } from '../prepare.js';
import { mergeShards } from './merge-shards.js';
import { SHARD_FILES, type ShardDescription } from './shard-format.js';

const PIECES = 24;

let folder: string;
let music: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-merge-'));
  music = join(folder, 'music');
  for (let i = 0; i < PIECES; i++) {
    await put(`f${i % 3}/m${i}.mid`, smallMidi({ notes: smallMelody(i), program: i % 5 }));
  }
  // The same music in two files, at places of the walk that belong to different shards.
  await put('f0/copy.mid', smallMidi({ notes: smallMelody(1), program: 1 }));
  await put('f2/same-notes.mid', smallMidi({ notes: smallMelody(2), program: 2, name: 'again' }));
  await put('f1/broken.mid', 'MThd and no more');
  await put('f1/notes.txt', 'hello');
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(music, path)), { recursive: true });
  await writeFile(join(music, path), content);
}

async function filesOf(corpus: string): Promise<Record<string, string>> {
  const names = (await readdir(corpus)).sort();
  const contents = names.map(async (name) => [name, await readFile(join(corpus, name), 'latin1')]);
  return Object.fromEntries(await Promise.all(contents)) as Record<string, string>;
}

let made = 0;

/** Prepares all shards into a new folder. */
async function shardsOf(
  count: number,
  options: PrepareOptions = {},
  source = music,
): Promise<string[]> {
  const parts = join(folder, `parts-${made++}`);
  const shards: string[] = [];
  for (let index = 1; index <= count; index++) {
    const shard = join(parts, `${index}`);
    await prepareShard(source, shard, { jobs: 1, ...options, shard: { index, count } });
    shards.push(shard);
  }
  return shards;
}

async function whole(
  options: PrepareOptions = {},
  source = music,
): Promise<Record<string, string>> {
  const out = join(folder, `whole-${made++}`);
  await prepareCorpus(source, out, { jobs: 1, ...options });
  return filesOf(out);
}

async function changeDescription(
  shard: string,
  change: (description: ShardDescription) => unknown,
): Promise<void> {
  const path = join(shard, SHARD_FILES.shard);
  const description = JSON.parse(await readFile(path, 'utf8')) as ShardDescription;
  await writeFile(path, JSON.stringify(change(description)));
}

describe('merged shards are the whole, byte for byte', () => {
  it.each([
    ['one shard', 1, {}],
    ['three shards', 3, { seed: 5, validationShare: 0.2, velocityBins: 4, labelByFolder: true }],
  ])('%s', async (_, count, options) => {
    const shards = await shardsOf(count, options);
    const out = join(folder, `merged-${made++}`);
    await mergeShards(shards.toReversed(), out, { jobs: 1 });
    expect(await filesOf(out)).toEqual(await whole(options));
  });

  it('more shards than files', async () => {
    const few = join(folder, 'few');
    for (const i of [1, 2]) {
      await mkdir(few, { recursive: true });
      await writeFile(join(few, `m${i}.mid`), smallMidi({ notes: smallMelody(i) }));
    }
    const shards = await shardsOf(4, {}, few);
    const out = join(folder, `merged-${made++}`);
    await mergeShards(shards, out, { jobs: 1 });
    expect(await filesOf(out)).toEqual(await whole({}, few));
  });

  it('with a given tokenizer', async () => {
    const first = join(folder, 'first');
    await prepareCorpus(join(music, 'f0'), first, { jobs: 1 });
    await using corpus = await openCorpus(first);
    const { tokenizer } = corpus;
    const shards = await shardsOf(2, { tokenizer });
    const out = join(folder, `merged-${made++}`);
    await mergeShards(shards, out, { jobs: 1 });
    expect(await filesOf(out)).toEqual(await whole({ tokenizer }));
  });

  it('of an archive, with a name that is there twice', async () => {
    const pack = tar.pack();
    for (let i = 0; i < 9; i++) {
      pack.entry({ name: `m${i}.mid` }, Buffer.from(smallMidi({ notes: smallMelody(i) })));
    }
    pack.entry({ name: 'm3.mid' }, Buffer.from(smallMidi({ notes: smallMelody(20) })));
    pack.finalize();
    const chunks: Uint8Array[] = [];
    for await (const chunk of pack as AsyncIterable<Uint8Array>) chunks.push(chunk);
    const archive = join(folder, 'music.tgz');
    await writeFile(archive, gzipSync(Buffer.concat(chunks)));
    const shards = await shardsOf(4, {}, archive);
    const out = join(folder, `merged-${made++}`);
    await mergeShards(shards, out, { jobs: 1 });
    const merged = await filesOf(out);
    expect(merged).toEqual(await whole({}, archive));
    expect(merged['ledger.jsonl']).toContain('repeated-name');
  });

  it('without the source', async () => {
    const source = join(folder, 'lent');
    await cp(music, source, { recursive: true });
    const expected = await whole({}, source);
    const shards = await shardsOf(2, {}, source);
    await rm(source, { recursive: true });
    const out = join(folder, `merged-${made++}`);
    await mergeShards(shards, out, { jobs: 1 });
    expect(await filesOf(out)).toEqual(expected);
  });
});

describe('merging refuses', () => {
  let prepared: string[];
  beforeAll(async () => {
    prepared = await shardsOf(2);
  });

  /** Two good shards that may be damaged. */
  async function twoShards(): Promise<string[]> {
    const parts = join(folder, `copies-${made++}`);
    await cp(dirname(prepared[0]), parts, { recursive: true });
    return ['1', '2'].map((name) => join(parts, name));
  }

  /** The second of so many shards. */
  async function secondShard(
    options: PrepareOptions,
    { count = 2, source = music } = {},
  ): Promise<string> {
    const shard = join(folder, `second-${made++}`);
    await prepareShard(source, shard, { jobs: 1, ...options, shard: { index: 2, count } });
    return shard;
  }

  const out = (): string => join(folder, 'refused');

  async function refusal(shards: readonly string[]): Promise<{ code: string; message: string }> {
    const error: unknown = await mergeShards(shards, out(), { jobs: 1 }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    const { code, message } = error as { code: string; message: string };
    expect(await readdir(folder)).not.toContain('refused');
    return { code, message };
  }

  it('no shards at all', async () => {
    expect((await refusal([])).code).toBe('missing-shard');
  });

  it('a shard that is missing, by its number', async () => {
    const { code, message } = await refusal([prepared[0]]);
    expect(code).toBe('missing-shard');
    expect(message).toContain('2/2');
  });

  it('a shard that is there twice, naming both folders', async () => {
    const [first, second] = await twoShards();
    const copy = join(folder, `copy-${made++}`);
    await cp(first, copy, { recursive: true });
    const { code, message } = await refusal([first, second, copy]);
    expect(code).toBe('shard-twice');
    expect(message).toContain(first);
    expect(message).toContain(copy);
  });

  it.each<[string, PrepareOptions, string]>([
    ['another seed', { seed: 9 }, 'another seed'],
    ['another share', { testShare: 0.3 }, 'another test share'],
    ['velocities', { velocityBins: 8 }, 'velocity bins'],
    ['labels by folder', { labelByFolder: true }, 'labelling by folder'],
  ])('shards made with %s', async (_, options, words) => {
    const [first] = prepared;
    const second = await secondShard(options);
    const { code, message } = await refusal([first, second]);
    expect(code).toBe('foreign-shard');
    expect(message).toContain(words);
    expect(message).toContain(second);
  });

  it('shards of another number of shards', async () => {
    const [first] = prepared;
    const second = await secondShard({}, { count: 3 });
    expect((await refusal([first, second])).message).toContain('another number of shards');
  });

  it('shards of another source, and of another state of it', async () => {
    const [first] = prepared;
    const other = join(folder, 'other');
    await cp(music, other, { recursive: true });
    const elsewhere = await secondShard({}, { source: other });
    expect((await refusal([first, elsewhere])).message).toContain('another source');

    const same = join(folder, 'again', 'music');
    await cp(music, same, { recursive: true });
    await writeFile(join(same, 'more.txt'), 'x');
    const later = await secondShard({}, { source: same });
    expect((await refusal([first, later])).message).toContain('another number of files');
  });

  it('a shard of another version', async () => {
    const [first, second] = await twoShards();
    await changeDescription(second, (description) => ({ ...description, schemaVersion: 99 }));
    expect(await refusal([first, second])).toMatchObject({ code: 'other-version' });
  });

  it.each<[string, (shard: string) => Promise<void>, string]>([
    ['without its music', (shard) => rm(join(shard, SHARD_FILES.music)), 'damaged-shard'],
    [
      'with more music',
      (shard) => appendFile(join(shard, SHARD_FILES.music), 'x'),
      'damaged-shard',
    ],
    ['without its survey', (shard) => rm(join(shard, SHARD_FILES.survey)), 'damaged-shard'],
    [
      'with another survey',
      (shard) => appendFile(join(shard, SHARD_FILES.survey), 'x'),
      'damaged-shard',
    ],
    [
      'with half a description',
      (shard) => writeFile(join(shard, SHARD_FILES.shard), '{'),
      'damaged-shard',
    ],
    ['that is no shard', (shard) => rm(join(shard, SHARD_FILES.shard)), 'not-a-shard'],
  ])('a shard %s, by its folder', async (_, damage, code) => {
    const [first, second] = await twoShards();
    await damage(second);
    const refused = await refusal([first, second]);
    expect(refused.code).toBe(code);
    expect(refused.message).toContain(second);
  });

  it('music that was changed, naming the shard and the piece', async () => {
    const [first, second] = await twoShards();
    const file = join(second, SHARD_FILES.music);
    const bytes = await readFile(file);
    for (let i = 0; i < bytes.length; i++) bytes[i] ^= 0x55;
    await writeFile(file, bytes);
    const { code, message } = await refusal([first, second]);
    expect(code).toBe('damaged');
    expect(message).toContain(second);
    expect(message).toContain('.mid');
  });

  it('to write into a shard', async () => {
    const inside = mergeShards(prepared, join(prepared[0], 'corpus'), { jobs: 1 });
    await expect(inside).rejects.toMatchObject({ code: 'not-a-corpus' });
  });
});

describe('a shard refuses', () => {
  it.each([
    { index: 0, count: 2 },
    { index: 3, count: 2 },
    { index: 1.5, count: 2 },
    { index: 1, count: 100_000 },
  ])('to be %j', async (shard) => {
    const failed = prepareShard(music, join(folder, 'none'), { shard });
    await expect(failed).rejects.toThrow(RangeError);
  });

  it('a place inside its source', async () => {
    const shard = { index: 1, count: 2 };
    const failed = prepareShard(music, join(music, 'parts', '1'), { shard });
    await expect(failed).rejects.toMatchObject({ code: 'shard-in-source' });
  });

  it('a source without music', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    await writeFile(join(empty, 'notes.txt'), 'x');
    const failed = prepareShard(empty, join(folder, 'none'), { shard: { index: 1, count: 2 } });
    await expect(failed).rejects.toMatchObject({ code: 'no-pieces' });
  });
});
