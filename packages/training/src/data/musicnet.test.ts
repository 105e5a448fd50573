// The whole of MusicNet, where it is at hand (`OSTINATO_DATA`, or `../shared/data` beside the repository).
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MUSICNET_TEST_IDS } from '@ostinato/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CORPUS_FILES } from './corpus-format.js';
import type { LedgerEntry } from './ledger.js';
import { musicNetPlace } from './musicnet-layout.js';
import { openCorpus, type Corpus } from './open-corpus.js';
import { prepareCorpus } from './prepare.js';
import { SPLITS } from './split.js';

const data =
  process.env['OSTINATO_DATA'] ?? resolve(import.meta.dirname, '../../../../../shared/data');
const musicnet = join(data, 'musicnet');
/** Milliseconds: it takes 4 s on two idle cores. */
const PREPARE_TIMEOUT = 120_000;
const isThere = existsSync(musicnet);
const title = isThere ? 'all of MusicNet' : `all of MusicNet (skipped: not at ${data})`;

describe.skipIf(!isThere)(title, () => {
  let folder: string;
  let corpus: Corpus;
  let ledger: LedgerEntry[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ostinato-musicnet-'));
    await prepareCorpus(musicnet, join(folder, 'corpus'), { seed: 1 });
    corpus = await openCorpus(join(folder, 'corpus'));
    const text = await readFile(join(folder, 'corpus', CORPUS_FILES.ledger), 'utf8');
    ledger = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as LedgerEntry);
  }, PREPARE_TIMEOUT);
  afterAll(async () => {
    await corpus.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('loses no file: 305 scores, 100 label files and the metadata', () => {
    expect(ledger).toHaveLength(406);
    const scores = ledger.filter(({ path }) => path.endsWith('.mid'));
    const statuses = new Set(scores.map(({ status }) => status));
    expect(scores).toHaveLength(305);
    expect(statuses).toEqual(new Set(['kept', 'repaired', 'duplicate']));
    const labels = ledger.filter(({ path }) => path.includes('_labels/'));
    expect(labels).toHaveLength(100);
    for (const { status } of labels) expect(status).toBe('unused');
  });

  it('keeps each of the 23 byte-identical scores out, and tells of which it is a copy', () => {
    const duplicates = ledger.filter(({ status }) => status === 'duplicate');
    expect(duplicates).toHaveLength(23);
    const kept = new Set(SPLITS.flatMap((split) => corpus.pieces(split).map(({ path }) => path)));
    for (const { path, of } of duplicates)
      expect([kept.has(path), kept.has(of!)]).toEqual([false, true]);
  });

  it('has the official test pieces as its test split', () => {
    const ids = corpus.pieces('test').map(({ path }) => musicNetPlace(path)?.id);
    expect(new Set(ids)).toEqual(MUSICNET_TEST_IDS);
  });

  it('has no group in two splits', () => {
    const groups = SPLITS.map((split) => new Set(corpus.pieces(split).map(({ group }) => group)));
    const total = groups.reduce((sum, { size }) => sum + size, 0);
    expect(new Set(groups.flatMap((group) => [...group])).size).toBe(total);
  });

  it('knows composer and ensemble of every piece', () => {
    for (const split of SPLITS) {
      for (const { labels } of corpus.pieces(split)) {
        expect(Object.keys(labels).sort()).toEqual(['composer', 'ensemble']);
      }
    }
    expect(corpus.tokenizer.config.labels['composer']).toHaveLength(10);
    expect(corpus.tokenizer.config.labels['ensemble'].length).toBeGreaterThan(15);
  });

  it('holds its notes in at most 3.2 tokens each, and a validation split of a twentieth', () => {
    const { notes, tokens, splits } = corpus.description;
    expect(notes).toBeGreaterThan(940_000);
    expect(tokens / notes).toBeLessThanOrEqual(3.2);
    const share = splits.validation.tokens / tokens;
    expect(share).toBeGreaterThan(0.02);
    expect(share).toBeLessThan(0.1);
  });
});
