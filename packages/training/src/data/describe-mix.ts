// What a mix of corpora holds: the sums of its parts.
import { createHash } from 'node:crypto';
import type { CorpusDescription, SplitTotals } from './corpus-format.js';

type Loss = CorpusDescription['loss'];

/** The description of several corpora as if they were one: counts are added, shares are weighted by what they are
 *  shares of. The shares of validation and test are what is there, in pieces.
 *  @param all at least one; each corpus once */
export function describeMix(all: readonly CorpusDescription[]): CorpusDescription {
  const [first] = all;
  const sumOf = (count: (each: CorpusDescription) => number): number =>
    all.reduce((sum, each) => sum + count(each), 0);
  const splits = sumRecords(all.map((each) => each.splits));
  const pieces = sumOf((each) => each.pieces);
  return {
    ...first,
    source: all.map(({ source }) => source).join(' + '),
    options: {
      seed: first.options.seed,
      validationShare: splits.validation.pieces / pieces,
      testShare: splits.test.pieces / pieces,
      labelByFolder: all.some(({ options }) => options.labelByFolder),
    },
    pieces,
    tokens: sumOf(({ tokens }) => tokens),
    notes: sumOf(({ notes }) => notes),
    splits,
    files: sumCounts(all.map(({ files }) => files)),
    loss: mixLoss(all.map(({ loss }) => loss)),
    sha256: {
      pieces: hashOf(all.map(({ sha256 }) => sha256.pieces)),
      tokens: hashOf(all.map(({ sha256 }) => sha256.tokens)),
    },
  };
}

function sumRecords(all: readonly CorpusDescription['splits'][]): CorpusDescription['splits'] {
  const totals = (split: keyof CorpusDescription['splits']): SplitTotals =>
    sumCounts(all.map((splits) => ({ ...splits[split] }))) as SplitTotals;
  return { train: totals('train'), validation: totals('validation'), test: totals('test') };
}

function sumCounts(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, count] of all.flatMap((each) => Object.entries(each))) {
    sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}

/** Means are weighted by notes. The 95th percentile cannot be had from those of the parts; the largest of them is a
 *  bound for it. */
function mixLoss(all: readonly Loss[]): Loss {
  const notes = all.reduce((sum, each) => sum + each.notes, 0);
  const mean = (value: (loss: Loss) => number): number =>
    all.reduce((sum, each) => sum + value(each) * (each.notes / notes), 0);
  const largest = (value: (loss: Loss) => number): number => Math.max(...all.map(value));
  return {
    notes,
    onsetsOffGridPercent: mean((loss) => loss.onsetsOffGridPercent),
    durationsOffGridPercent: mean((loss) => loss.durationsOffGridPercent),
    displacementMilliseconds: {
      mean: mean((loss) => loss.displacementMilliseconds.mean),
      p95: largest((loss) => loss.displacementMilliseconds.p95),
      max: largest((loss) => loss.displacementMilliseconds.max),
    },
    tempoErrorPercent: mean((loss) => loss.tempoErrorPercent),
    changes: sumCounts(all.map(({ changes }) => changes)),
  };
}

function hashOf(hashes: readonly string[]): string {
  return createHash('sha256').update(hashes.join('\n')).digest('hex');
}
