// The ledger: one line for every file that `prepare` met, so that nothing is lost silently.

/** A repair that the reader made, with how often. */
export interface LedgerWarning {
  readonly code: string;
  /** The first occurrence, in words. */
  readonly message: string;
  readonly count: number;
}

/** What became of a file.
 *  - `kept`: in the corpus as it is
 *  - `repaired`: in the corpus; `warnings` say what the reader repaired
 *  - `duplicate`: the same music as `of`, which is in the corpus or is why both are left out
 *  - `unused`: readable, but another file of the same piece is preferred (`of`)
 *  - `dropped`: music that could not be used; `code` and `message` say why
 *  - `skipped`: not music in symbols, or not a file */
export type LedgerStatus = 'kept' | 'repaired' | 'duplicate' | 'unused' | 'dropped' | 'skipped';

export const LEDGER_STATUSES: readonly LedgerStatus[] = [
  'kept',
  'repaired',
  'duplicate',
  'unused',
  'dropped',
  'skipped',
];

export interface LedgerEntry {
  readonly path: string;
  readonly status: LedgerStatus;
  readonly code?: string;
  readonly message?: string;
  /** The path of the file that stands for this one. */
  readonly of?: string;
  readonly warnings?: readonly LedgerWarning[];
}

/** How many files have each status. */
export function countStatuses(entries: readonly LedgerEntry[]): Record<LedgerStatus, number> {
  const counts = { kept: 0, repaired: 0, duplicate: 0, unused: 0, dropped: 0, skipped: 0 };
  for (const entry of entries) counts[entry.status]++;
  return counts;
}
