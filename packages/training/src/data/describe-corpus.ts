// What a corpus holds, once for programs (`corpus.json`) and once for people (`summary.txt`).
import { summariseGridLoss, type GridLoss, type Tokenizer } from '@ostinato/core';
import {
  CORPUS_SCHEMA_VERSION,
  type CorpusDescription,
  type CorpusPiece,
  type SplitTotals,
} from './corpus-format.js';
import { countStatuses, LEDGER_STATUSES, type LedgerEntry, type LedgerStatus } from './ledger.js';
import { SPLITS } from './split.js';

export interface CorpusParts {
  readonly source: string;
  readonly options: CorpusDescription['options'];
  readonly tokenizer: Tokenizer;
  readonly pieces: readonly CorpusPiece[];
  readonly ledger: readonly LedgerEntry[];
  readonly loss: GridLoss;
  readonly sha256: CorpusDescription['sha256'];
}

/** Adds everything up. */
export function describeCorpus(parts: CorpusParts): CorpusDescription {
  const { source, options, tokenizer, pieces, ledger, loss, sha256 } = parts;
  const [train, validation, test] = SPLITS.map((split) =>
    addUp(pieces.filter((piece) => piece.split === split)),
  ) as [SplitTotals, SplitTotals, SplitTotals];
  return {
    schemaVersion: CORPUS_SCHEMA_VERSION,
    source,
    options,
    ...addUp(pieces),
    splits: { train, validation, test },
    files: countStatuses(ledger),
    tokenizer: { hash: tokenizer.hash, vocabularySize: tokenizer.vocabularySize },
    loss: { ...summariseGridLoss(loss), changes: countChanges(loss) },
    sha256,
  };
}

function addUp(pieces: readonly CorpusPiece[]): SplitTotals {
  return {
    pieces: pieces.length,
    tokens: pieces.reduce((sum, piece) => sum + piece.tokens, 0),
    notes: pieces.reduce((sum, piece) => sum + piece.notes, 0),
  };
}

/** What the tokenizer had to change; kinds that did not occur are left out. */
function countChanges(loss: GridLoss): Record<string, number> {
  const counts = Object.entries(loss).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] > 0,
  );
  return Object.fromEntries(counts.filter(([name]) => !COUNTED_ELSEWHERE.has(name)));
}

const COUNTED_ELSEWHERE: ReadonlySet<string> = new Set<keyof GridLoss>([
  'notes',
  'onsetsOffGrid',
  'durationsOffGrid',
]);

const STATUS_WORDS: Record<LedgerStatus, string> = {
  kept: 'kept as they are',
  repaired: 'kept, after repairs',
  duplicate: 'duplicates of another',
  unused: 'not used, another file of the piece is',
  dropped: 'dropped',
  skipped: 'no music in symbols',
};

/** The most reasons that the summary lists; the ledger has them all. */
const LISTED_REASONS = 12;

/** Several lines for people. */
export function summaryText(
  description: CorpusDescription,
  ledger: readonly LedgerEntry[],
): string {
  const { source, pieces, notes, tokens, splits, tokenizer, loss, files } = description;
  const { mean, p95, max } = loss.displacementMilliseconds;
  const lines = [
    `Corpus made from ${source}`,
    '',
    `${count(pieces)} pieces, ${count(notes)} notes, ${count(tokens)} tokens ` +
      `(${(tokens / notes).toFixed(2)} a note), a vocabulary of ${count(tokenizer.vocabularySize)}`,
    ...SPLITS.map((split) => {
      const totals = splits[split];
      return `  ${split.padEnd(10)} ${count(totals.pieces)} pieces, ${count(totals.notes)} notes, ${count(totals.tokens)} tokens`;
    }),
    '',
    `On the grid: ${(100 - loss.onsetsOffGridPercent).toFixed(1)} % of the onsets, ` +
      `${(100 - loss.durationsOffGridPercent).toFixed(1)} % of the durations; onsets move by ${mean.toFixed(2)} ms ` +
      `on average, ${p95.toFixed(2)} ms at the 95th percentile, ${max.toFixed(1)} ms at most`,
    ...Object.entries(loss.changes).map(([change, times]) => `  ${change}: ${count(times)}`),
    '',
    `${count(ledger.length)} files met, each with a line in the ledger:`,
    ...LEDGER_STATUSES.filter((status) => files[status] > 0).map(
      (status) => `  ${count(files[status])} ${STATUS_WORDS[status]}`,
    ),
    ...reasonLines(ledger),
  ];
  return `${lines.join('\n')}\n`;
}

/** The commonest reasons for repairs and for leaving a file out. */
function reasonLines(ledger: readonly LedgerEntry[]): string[] {
  const files = new Map<string, number>();
  for (const { status, code, warnings = [] } of ledger) {
    const codes = code === undefined ? warnings.map((warning) => warning.code) : [code];
    for (const each of codes)
      files.set(`${status}: ${each}`, (files.get(`${status}: ${each}`) ?? 0) + 1);
  }
  const reasons = [...files].sort((a, b) => b[1] - a[1]).slice(0, LISTED_REASONS);
  if (reasons.length === 0) return [];
  return [
    '',
    'Reasons, in files:',
    ...reasons.map(([reason, times]) => `  ${count(times)} ${reason}`),
  ];
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
