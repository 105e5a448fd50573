import { execFileSync, spawnSync } from 'node:child_process';
import { truncateSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as tar from 'tar-stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { smallMelody, smallMidi } from '../testing/music-files.js';
import { CORPUS_FILES } from './corpus-format.js';
import type { LedgerEntry } from './ledger.js';
import type { PreparedCorpus } from './make-corpus.js';
import { openCorpus } from './open-corpus.js';
import { prepareCorpus, type PrepareOptions } from './prepare.js';
import type { PrepareProgress } from './progress.js';
import { SPLITS } from './split.js';

let folder: string;
let music: string;
let out: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-prepare-'));
  music = join(folder, 'music');
  out = join(folder, 'corpus');
  await mkdir(music);
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(music, path)), { recursive: true });
  await writeFile(join(music, path), content);
}

async function putMelodies(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await put(`m${i}.mid`, smallMidi({ notes: smallMelody(i) }));
}

async function ledgerOf(corpus: string): Promise<LedgerEntry[]> {
  const text = await readFile(join(corpus, CORPUS_FILES.ledger), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LedgerEntry);
}

async function filesOf(corpus: string): Promise<Record<string, string>> {
  const names = (await readdir(corpus)).sort();
  const contents = names.map(async (name) => [name, await readFile(join(corpus, name), 'latin1')]);
  return Object.fromEntries(await Promise.all(contents)) as Record<string, string>;
}

/** With one process, which starts sooner than several. */
async function prepare(
  source: string,
  outFolder: string,
  options: PrepareOptions = {},
): Promise<PreparedCorpus> {
  return prepareCorpus(source, outFolder, { jobs: 1, ...options });
}

describe('prepareCorpus', () => {
  it('writes what openCorpus reads: every piece with its tokens', async () => {
    await putMelodies(6);
    const { description } = await prepareCorpus(music, out, { seed: 3 });
    await using corpus = await openCorpus(out);
    expect(corpus.description).toEqual(description);
    const pieces = SPLITS.flatMap((split) => [...corpus.pieces(split)]);
    expect(pieces.map(({ path }) => path).sort()).toEqual(
      [0, 1, 2, 3, 4, 5].map((i) => `m${i}.mid`),
    );
    for (const piece of pieces) {
      const tokens = await corpus.readTokens(piece);
      const melody = smallMelody(Number(piece.path.slice(1, 2)));
      const notes = corpus.tokenizer.decode(tokens).tracks.flatMap((track) => track.notes);
      expect(notes.map(({ pitch }) => pitch)).toEqual(melody.map(([pitch]) => pitch));
      expect(piece.notes).toBe(melody.length);
    }
    expect(description).toMatchObject({ pieces: 6, notes: 96, source: 'music' });
  });

  it('has a line in the ledger for every file', async () => {
    const tune = smallMidi({ notes: smallMelody(1) });
    await put('a/tune.mid', tune);
    await put('b/same-bytes.midi', tune);
    await put(
      'b/same-notes.kar',
      smallMidi({ notes: smallMelody(1), name: 'X', ticksPerQuarter: 96 }),
    );
    await put('other.rmi', smallMidi({ notes: smallMelody(2) }));
    await put('broken.mid', 'MThd and no more');
    await put('silent.mid', smallMidi({ notes: [] }));
    await put('notes.txt', 'hello');
    await put('song.wav', 'RIFF');
    await put('old.zip', 'PK');
    await put('musicnet.npz', 'PK');
    const { description } = await prepare(music, out);
    const ledger = await ledgerOf(out);
    expect(Object.fromEntries(ledger.map(({ path, status }) => [path, status]))).toEqual({
      'a/tune.mid': 'kept',
      'b/same-bytes.midi': 'duplicate',
      'b/same-notes.kar': 'duplicate',
      'other.rmi': 'kept',
      'broken.mid': 'dropped',
      'silent.mid': 'dropped',
      'notes.txt': 'skipped',
      'song.wav': 'skipped',
      'old.zip': 'skipped',
      'musicnet.npz': 'dropped',
    });
    const counted = Object.values(description.files).reduce((sum, count) => sum + count, 0);
    expect(counted).toBe(10);
    for (const { status, code, message } of ledger) {
      if (status !== 'kept') expect(code && message).toBeTruthy();
    }
  });

  it('tells what was repaired', async () => {
    const whole = smallMidi({ notes: smallMelody(1) });
    const withoutEnd = whole.slice(0, -4);
    withoutEnd[21] = whole[21] - 4; // length of the track chunk
    await put('no-end.mid', withoutEnd);
    await prepare(music, out);
    expect(await ledgerOf(out)).toMatchObject([
      { path: 'no-end.mid', status: 'repaired', warnings: [{ code: 'missing-end', count: 1 }] },
    ]);
  });

  it('gives the same bytes for the same files, and replaces an older corpus', async () => {
    await putMelodies(4);
    await prepare(music, out, { seed: 1 });
    const first = await filesOf(out);
    await prepare(music, out, { seed: 1 });
    expect(await filesOf(out)).toEqual(first);
    await putMelodies(5);
    const { description } = await prepare(music, out, { seed: 1 });
    expect(description.pieces).toBe(5);
    expect(await readdir(folder)).toEqual(['corpus', 'music']);
  });

  it('makes the same of an archive as of the folder', async () => {
    await putMelodies(5);
    await put('sub/notes.txt', 'x');
    const pack = tar.pack();
    for (const name of ['m4.mid', 'm0.mid', 'm2.mid', 'm1.mid', 'm3.mid']) {
      pack.entry({ name: `music/${name}` }, await readFile(join(music, name)));
    }
    pack.finalize();
    const chunks: Uint8Array[] = [];
    for await (const chunk of pack as AsyncIterable<Uint8Array>) chunks.push(chunk);
    const archive = join(folder, 'music.tar.gz');
    await writeFile(archive, gzipSync(Buffer.concat(chunks)));

    const fromFolder = await prepare(music, out);
    const fromArchive = await prepare(archive, join(folder, 'other'));
    const { tokenizer, splits, notes } = fromFolder.description;
    expect(fromArchive.description).toMatchObject({ tokenizer, splits, notes });
    expect((await readdir(folder)).sort()).toEqual(['corpus', 'music', 'music.tar.gz', 'other']);
  });

  it('uses a given tokenizer', async () => {
    await putMelodies(3);
    const first = await prepare(music, out);
    await using corpus = await openCorpus(out);
    await put('high.mid', smallMidi({ notes: [[120, 0, 4]], program: 70 }));
    const { tokenizer } = corpus;
    const second = await prepare(music, join(folder, 'second'), { tokenizer });
    expect(second.description.tokenizer).toEqual(first.description.tokenizer);
    expect(second.description.loss.changes).toMatchObject({
      pitchesMoved: 1,
      instrumentsMapped: 1,
    });
  });

  it('takes labels and velocities when asked', async () => {
    await put('Jazz/a.mid', smallMidi({ notes: smallMelody(1) }));
    await put('Folk/b.mid', smallMidi({ notes: smallMelody(2) }));
    await prepare(music, out, { labelByFolder: true, velocityBins: 4 });
    await using corpus = await openCorpus(out);
    expect(corpus.tokenizer.config.labels).toEqual({ composer: ['Folk', 'Jazz'] });
    expect(corpus.tokenizer.config.velocityBins).toBe(4);
  });

  it('tells its progress', async () => {
    await putMelodies(3);
    const told: PrepareProgress[] = [];
    await prepare(music, out, { onProgress: (progress) => told.push(progress) });
    const steps = told.map(({ phase, done, total }) => `${phase} ${done}/${total}`);
    expect(steps).toEqual(
      ['survey', 'fit', 'encode'].flatMap((phase) => [1, 2, 3].map((done) => `${phase} ${done}/3`)),
    );
    for (const { filesPerSecond } of told) expect(filesPerSecond).toBeGreaterThan(0);
  });

  it('can write inside its source', async () => {
    await putMelodies(3);
    const inside = join(music, 'corpus');
    const first = await prepare(music, inside);
    const second = await prepare(music, inside);
    expect(second.description).toEqual(first.description);
  });
});

describe('prepareCorpus leaves nothing half-written', () => {
  it.each(['survey', 'fit', 'encode'] as const)(
    'when it is aborted in %s, and the same call goes on to the same bytes',
    async (phase) => {
      await putMelodies(3);
      await prepare(music, out);
      const before = await filesOf(out);
      await putMelodies(20);
      const controller = new AbortController();
      const stopped = prepare(music, out, {
        signal: controller.signal,
        onProgress: (progress) => {
          if (progress.phase === phase && progress.done === 10) controller.abort();
        },
      });
      await expect(stopped).rejects.toThrow('aborted');
      expect(await readdir(folder)).toEqual(['.corpus.preparing', 'corpus', 'music']);
      expect(await filesOf(out)).toEqual(before);

      let resumed = 0;
      const onProgress = (progress: PrepareProgress): void => {
        if (progress.phase === 'survey') resumed = progress.resumed;
      };
      await prepare(music, out, { onProgress });
      expect(resumed).toBeGreaterThanOrEqual(phase === 'survey' ? 9 : 20);
      expect(await readdir(folder)).toEqual(['corpus', 'music']);
      await prepare(music, join(folder, 'at-once'));
      expect(await filesOf(out)).toEqual(await filesOf(join(folder, 'at-once')));
    },
  );

  it('when a file changes after it was read: the corpus holds what was read', async () => {
    await putMelodies(3);
    await prepare(music, join(folder, 'before'));
    const onProgress = ({ phase, done }: PrepareProgress): void => {
      if (phase === 'survey' && done === 3) truncateSync(join(music, 'm2.mid'));
    };
    await prepare(music, out, { onProgress });
    expect(await filesOf(out)).toEqual(await filesOf(join(folder, 'before')));
  });

  it('when an earlier run was killed between its two renames: the old corpus comes back', async () => {
    await putMelodies(3);
    await prepare(music, out);
    const before = await filesOf(out);
    await cp(out, join(folder, `.corpus.replaced-${deadProcess()}`), { recursive: true });
    await rm(out, { recursive: true });
    await expect(prepare(join(folder, 'missing'), out)).rejects.toThrow('cannot be opened');
    expect(await filesOf(out)).toEqual(before);
  });

  it.each([
    ['a folder with other files', 'notes.txt'],
    ['a corpus with another file in it', 'corpus.json', 'my-notes.txt'],
  ])('and never overwrites %s', async (_, ...names) => {
    await putMelodies(3);
    await mkdir(out);
    for (const name of names) await writeFile(join(out, name), 'precious');
    await expect(prepare(music, out)).rejects.toMatchObject({ code: 'not-a-corpus' });
    expect((await readdir(out)).sort()).toEqual(names.toSorted());
  });

  it('and never overwrites a file', async () => {
    await putMelodies(3);
    await writeFile(out, 'precious');
    await expect(prepare(music, out)).rejects.toMatchObject({ code: 'not-a-corpus' });
  });
});

describe('prepareCorpus refuses', () => {
  it('a source that is not there, and makes no folder for its corpus', async () => {
    const failed = prepare(join(folder, 'missing'), join(folder, 'new', 'corpus'));
    await expect(failed).rejects.toMatchObject({ code: 'no-source' });
    expect(await readdir(folder)).toEqual(['music']);
  });

  it('a source without music, saying why', async () => {
    await put('broken.mid', 'MThd');
    const failed = prepare(music, out);
    await expect(failed).rejects.toMatchObject({ code: 'no-pieces' });
    await expect(failed).rejects.toThrow('broken.mid');
  });

  it.each([{ validationShare: -0.1 }, { testShare: 0.6 }, { validationShare: Number.NaN }])(
    '%j',
    async (options) => {
      await expect(prepare(music, out, options)).rejects.toThrow(RangeError);
    },
  );
});

describe('openCorpus refuses', () => {
  let made: string;

  beforeAll(async () => {
    made = await mkdtemp(join(tmpdir(), 'ostinato-open-'));
    for (let i = 0; i < 3; i++) {
      await writeFile(join(made, `m${i}.mid`), smallMidi({ notes: smallMelody(i) }));
    }
    await prepare(made, join(made, 'corpus'));
  });
  beforeEach(async () => {
    await cp(join(made, 'corpus'), out, { recursive: true });
  });
  afterAll(async () => {
    await rm(made, { recursive: true, force: true });
  });

  it.each(['corpus', 'pieces', 'tokens', 'tokenizer'] as const)(
    'a missing file: %s',
    async (file) => {
      await rm(join(out, CORPUS_FILES[file]));
      const opened = openCorpus(out);
      await expect(opened).rejects.toMatchObject({ code: 'missing-file' });
      await expect(opened).rejects.toThrow(CORPUS_FILES[file]);
    },
  );

  it.each([
    ['tokens of another length', CORPUS_FILES.tokens, 'damaged', ''],
    ['other pieces', CORPUS_FILES.pieces, 'damaged', '{}\n'],
    ['a description that is not JSON', CORPUS_FILES.corpus, 'damaged', '{"schemaVersion": 1,'],
    ['a description of another version', CORPUS_FILES.corpus, 'damaged', '{"schemaVersion": 99}'],
    ['a broken tokenizer', CORPUS_FILES.tokenizer, 'foreign-tokenizer', '{}'],
  ])('%s', async (_, file, code, content) => {
    await writeFile(join(out, file), content);
    await expect(openCorpus(out)).rejects.toMatchObject({ code });
  });

  it('tokens that were changed, though their number is right', async () => {
    const file = join(out, CORPUS_FILES.tokens);
    const bytes = await readFile(file);
    bytes[bytes.length - 2] ^= 1;
    await writeFile(file, bytes);
    await expect(openCorpus(out)).rejects.toMatchObject({ code: 'damaged' });
  });

  it('a description with many faults, in one line that names the first', async () => {
    await writeFile(join(out, CORPUS_FILES.corpus), '{"schemaVersion": 1}');
    await expect(openCorpus(out)).rejects.toThrow(/^corpus\.json: source: [^\n✖]+$/);
  });

  it.skipIf(process.platform === 'win32').each(Object.values(CORPUS_FILES).slice(0, 4))(
    'a pipe for %s, which would be waited for without end',
    async (file) => {
      await rm(join(out, file));
      execFileSync('mkfifo', [join(out, file)]);
      await expect(openCorpus(out)).rejects.toThrow(`${file} cannot be read (not a file)`);
    },
  );

  it('a tokenizer that belongs to another corpus', async () => {
    const other = join(folder, 'other');
    await put('high.mid', smallMidi({ notes: [[120, 0, 4]] }));
    await prepare(music, other);
    await cp(join(other, CORPUS_FILES.tokenizer), join(out, CORPUS_FILES.tokenizer));
    await expect(openCorpus(out)).rejects.toMatchObject({ code: 'foreign-tokenizer' });
  });

  it('tokens outside the vocabulary, and tokens that end early', async () => {
    await using corpus = await openCorpus(out);
    const [piece] = corpus.pieces('train');
    const file = join(out, CORPUS_FILES.tokens);
    const { length } = await readFile(file);
    await writeFile(file, new Uint8Array(length).fill(255));
    await expect(corpus.readTokens(piece)).rejects.toMatchObject({ code: 'damaged' });
    await truncate(file, 2);
    await expect(corpus.readTokens(piece)).rejects.toThrow('ends inside');
  });
});

/** The number of a process that has ended. */
function deadProcess(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}
