// The tokenizer on the 305 scores of MusicNet, where they are at hand.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { readMidi } from '../midi/read-midi.js';
import type { Score } from '../score/score.js';
import type { EncodedScore } from './encoder.js';
import { mergeGridLosses, summariseGridLoss } from './grid-loss.js';
import type { GridLoss } from './grid-loss.js';
import { createTokenizer } from './read-tokenizer.js';
import type { Tokenizer } from './tokenizer.js';
import { createVocabularyCollector } from './vocabulary-collector.js';

const data =
  process.env['OSTINATO_DATA'] ??
  fileURLToPath(new URL('../../../../../shared/data', import.meta.url));
const folder = `${data}/musicnet/musicnet_midis`;
const isAbsent = !existsSync(folder);
if (isAbsent) console.warn(`tokenizer: no MusicNet at ${folder}; its tests are skipped`);

interface Piece {
  composer: string;
  score: Score;
}

function readPieces(): Piece[] {
  return readdirSync(folder).flatMap((composer) =>
    readdirSync(`${folder}/${composer}`).map((file) => ({
      composer,
      score: readMidi(readFileSync(`${folder}/${composer}/${file}`)).score,
    })),
  );
}

describe.skipIf(isAbsent)('MusicNet', () => {
  let pieces: Piece[];
  let tokenizer: Tokenizer;
  let encoded: EncodedScore[];
  let loss: GridLoss;

  beforeAll(() => {
    pieces = readPieces();
    const collector = createVocabularyCollector();
    for (const { score, composer } of pieces) collector.add(score, { composer });
    tokenizer = createTokenizer(collector.finish());
    encoded = pieces.map(({ score, composer }) =>
      tokenizer.encode(score, { labels: { composer } }),
    );
    loss = mergeGridLosses(encoded.map((each) => each.loss));
  }, 60_000);

  it('fits a small vocabulary', () => {
    expect(pieces).toHaveLength(305);
    expect(tokenizer.vocabularySize).toBeLessThan(512);
    expect(tokenizer.instruments).toEqual([0, 6, 40, 41, 42, 43, 45, 60, 68, 70, 71, 73]);
  });

  it('takes at most 3.2 tokens a note', () => {
    const tokens = encoded.reduce((sum, each) => sum + each.tokens.length, 0);
    expect(tokens / loss.notes).toBeLessThan(3.2);
  });

  it('moves onsets by less than a millisecond on average', () => {
    const { displacementMilliseconds, onsetsOffGridPercent } = summariseGridLoss(loss);
    expect(displacementMilliseconds.mean).toBeLessThan(1);
    expect(displacementMilliseconds.p95).toBeLessThan(3);
    expect(onsetsOffGridPercent).toBeLessThan(6);
  });

  it('keeps tempo within 2 % on average', () => {
    expect(summariseGridLoss(loss).tempoErrorPercent).toBeLessThan(2);
  });

  it('says every decoded score in the same tokens', () => {
    const changed = encoded.filter(({ tokens }) => {
      const again = tokenizer.encode(tokenizer.decode(tokens)).tokens;
      return again.join() !== tokenizer.withoutLabels(tokens).join();
    });
    expect(changed).toHaveLength(0);
  });
});
