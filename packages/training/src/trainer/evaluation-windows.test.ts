import { describe, expect, it } from 'vitest';
import type { Batch } from '../data/batch.js';
import type { EvaluationCorpus } from '../evaluation/likelihood.js';
import { createMemoryCorpus } from '../testing/memory-corpus.js';
import { evaluationWindows } from './evaluation-windows.js';

/** A corpus whose pieces count upwards from their own first token, so that every token says where it stands. */
function countingCorpus(lengths: readonly number[]): EvaluationCorpus {
  const { tokenizer, pieces } = createMemoryCorpus();
  const [example] = pieces('test');
  const all = lengths.map((tokens, index) => ({ ...example, tokens, offset: index * 10_000 }));
  return {
    tokenizer,
    pieces: () => all,
    readTokens: async ({ tokens, offset }) =>
      Uint16Array.from({ length: tokens }, (_, at) => offset + at),
  };
}

async function windowsOf(
  lengths: readonly number[],
  sizes: { batch: number; steps: number },
): Promise<Batch[]> {
  const windows: Batch[] = [];
  for await (const window of evaluationWindows(countingCorpus(lengths), 'test', sizes)) {
    windows.push(window);
  }
  return windows;
}

describe('evaluationWindows', () => {
  it.each([
    [[2], { batch: 1, steps: 4 }],
    [[5, 9, 3], { batch: 2, steps: 4 }],
    [[2049, 2050], { batch: 3, steps: 128 }],
    [[9000, 40, 2500], { batch: 8, steps: 100 }],
  ])('counts every target of pieces of %j tokens once', async (lengths, sizes) => {
    const targets: number[] = [];
    for (const { tokens, targets: next, weights } of await windowsOf(lengths, sizes)) {
      for (const [at, weight] of weights.entries()) {
        if (weight === 0) continue;
        expect(next[at]).toBe(tokens[at] + 1);
        targets.push(next[at]);
      }
    }
    const expected = lengths.flatMap((length, index) =>
      Array.from({ length: length - 1 }, (_, at) => index * 10_000 + at + 1),
    );
    expect(targets.sort((a, b) => a - b)).toEqual(expected);
  });

  it('reads on without a break inside a stretch, and forgets where another begins', async () => {
    const batch = 2;
    const windows = await windowsOf([5000, 300], { batch, steps: 64 });
    for (let column = 0; column < batch; column++) {
      const rows = windows.flatMap(({ tokens, keep, weights }) =>
        Array.from({ length: 64 }, (_, step) => {
          const at = step * batch + column;
          return { token: tokens[at], keep: keep[at], weight: weights[at] };
        }),
      );
      let sinceStart = 0;
      for (const [index, row] of rows.entries()) {
        sinceStart = row.keep === 0 ? 0 : sinceStart + 1;
        if (row.keep === 1) expect(row.token).toBe(rows[index - 1].token + 1);
        // In the middle of a piece only what follows the run-up counts.
        if (row.weight === 1 && row.token % 10_000 >= 2048) {
          expect(sinceStart).toBeGreaterThanOrEqual(512);
        }
      }
    }
  });

  it('keeps all streams busy with one long piece', async () => {
    const windows = await windowsOf([9000], { batch: 4, steps: 128 });
    // 9,000 tokens in one stream would take 71 windows.
    expect(windows.length).toBeLessThan(45);
  });

  it('is empty without pieces', async () => {
    expect(await windowsOf([], { batch: 2, steps: 4 })).toEqual([]);
  });
});
