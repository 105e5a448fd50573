// All scores of MusicNet, the malformed ones included, through the reader and the writer.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { countNotes } from '../score/measures.js';
import { validateScore } from '../score/validate-score.js';
import { readMidi } from './read-midi.js';
import type { MidiReadResult } from './read-midi.js';
import { writeMidi } from './write-midi.js';

const data =
  process.env['OSTINATO_DATA'] ??
  fileURLToPath(new URL('../../../../../shared/data', import.meta.url));
const root = `${data}/musicnet/musicnet_midis`;
if (!existsSync(root)) {
  console.warn('MusicNet scores: skipped, the shared data is not there (set OSTINATO_DATA)');
}

/** Notes of the Bach scores that declare one track chunk 768 bytes too long. */
const BACH_NOTES = new Map([
  [2194, 499],
  [2211, 1349],
  [2227, 892],
  [2230, 608],
  [2292, 609],
  [2305, 619],
  [2310, 607],
]);

describe.runIf(existsSync(root))('the scores of MusicNet', () => {
  const results = new Map<number, MidiReadResult>();
  for (const composer of existsSync(root) ? readdirSync(root) : []) {
    for (const file of readdirSync(`${root}/${composer}`)) {
      const bytes = new Uint8Array(readFileSync(`${root}/${composer}/${file}`));
      results.set(Number.parseInt(file, 10), readMidi(bytes));
    }
  }

  it('all read to valid scores', () => {
    let notes = 0;
    for (const { score } of results.values()) {
      validateScore(score);
      notes += countNotes(score);
    }
    expect(results.size).toBe(305);
    expect(notes).toBe(1_021_710);
  });

  it('give back every note of the seven malformed Bach pieces', () => {
    for (const [id, { score, warnings }] of results) {
      const isMalformed = warnings.some(({ code }) => code === 'track-length');
      expect(isMalformed).toBe(BACH_NOTES.has(id));
      if (isMalformed) expect(countNotes(score)).toBe(BACH_NOTES.get(id));
    }
  });

  it.each([2415, 2416])('ignore the doubled horns of Beethoven %i', (id) => {
    const { trackChunks, warnings } = results.get(id)!;
    expect(trackChunks).toBe(10);
    expect(warnings.map(({ code }) => code)).toContain('extra-tracks');
  });

  it('come back from the writer unchanged', () => {
    // One in ten: the writer needs some 30 ms a piece.
    const some = [...results.values()].filter((_, index) => index % 10 === 0);
    for (const { score } of some) {
      expect(readMidi(writeMidi(score)).score).toEqual(score);
    }
  });
});
