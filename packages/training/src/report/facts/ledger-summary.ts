// What became of the files that a corpus was made of, in bounded size.
import { join } from 'node:path';
import * as z from 'zod';
import { CORPUS_FILES } from '../../data/corpus-format.js';
import { LEDGER_STATUSES } from '../../data/ledger.js';
import { readJsonLines } from '../line-file.js';

/** Files that are listed by name, and reasons that are listed at all. */
const LISTED_FILES = 100;
const LISTED_REASONS = 20;
/** Characters of a message or a path that are kept. */
const LONGEST = 300;

const count = z.int().nonnegative();

export const ledgerSummarySchema = z.strictObject({
  /** Files by what became of them. */
  statuses: z.record(z.string(), count),
  /** How many files for each reason of a repair or of leaving a file out, the commonest first. */
  reasons: z.array(z.strictObject({ status: z.string(), code: z.string(), files: count })),
  /** The first files that were dropped. */
  dropped: z.array(z.strictObject({ path: z.string(), code: z.string(), message: z.string() })),
});

export type LedgerSummary = z.infer<typeof ledgerSummarySchema>;

/** Sums up the ledgers of some corpora; undefined if none of them has one.
 *  @throws the signal's reason if it is aborted */
export async function summariseLedgers(
  folders: readonly string[],
  signal?: AbortSignal,
): Promise<LedgerSummary | undefined> {
  const statuses: Record<string, number> = {};
  const reasons = new Map<string, { status: string; code: string; files: number }>();
  const dropped: LedgerSummary['dropped'] = [];
  let found = false;

  const visit = (entry: Readonly<Record<string, unknown>>): void => {
    const status = LEDGER_STATUSES.find((known) => known === entry['status']);
    if (status === undefined) return;
    statuses[status] = (statuses[status] ?? 0) + 1;
    for (const code of codesOf(entry)) {
      const key = `${status} ${code}`;
      const reason = reasons.get(key) ?? { status, code, files: 0 };
      reason.files++;
      // A foreign ledger may have a reason of its own for every file.
      if (reasons.size < 1000) reasons.set(key, reason);
    }
    if (status === 'dropped' && dropped.length < LISTED_FILES) {
      const { path, code, message } = entry;
      dropped.push({ path: textOf(path), code: textOf(code), message: textOf(message) });
    }
  };

  // A mix may have a corpus twice.
  for (const folder of new Set(folders)) {
    const path = join(folder, CORPUS_FILES.ledger);
    const unreadable = await readJsonLines(path, CORPUS_FILES.ledger, visit, signal);
    if (unreadable !== undefined) found = true;
  }
  if (!found) return undefined;
  const commonest = [...reasons.values()].sort((a, b) => b.files - a.files);
  return { statuses, reasons: commonest.slice(0, LISTED_REASONS), dropped };
}

function codesOf({ code, warnings }: Readonly<Record<string, unknown>>): string[] {
  if (typeof code === 'string') return [textOf(code)];
  if (!Array.isArray(warnings)) return [];
  return warnings.map((warning: unknown) => textOf((warning as { code?: unknown } | null)?.code));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST) : '';
}
