// Rows of a batch that take different numbers of tokens, as runs in which all rows take the same.

/** Tokens from..to-1 of the given rows. */
export interface Segment {
  readonly rows: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** Rows are independent, so one that has all its tokens can simply leave the batch: nothing is computed for it, and
 *  the graph needs no nodes for frozen rows.
 *  @param counts tokens that each row takes, shape [B]
 *  @returns in order of time; none for rows that take nothing */
export function segmentsOf(counts: Int32Array): Segment[] {
  const ends = [...new Set(counts)].filter((count) => count > 0).sort((a, b) => a - b);
  return ends.map((to, index) => ({
    rows: [...counts.keys()].filter((row) => counts[row] >= to),
    from: index === 0 ? 0 : ends[index - 1],
    to,
  }));
}

/** The same where every run takes one row. */
export function segmentsByRow(counts: Int32Array): Segment[] {
  return [...counts].flatMap((to, row) => (to > 0 ? [{ rows: [row], from: 0, to }] : []));
}
