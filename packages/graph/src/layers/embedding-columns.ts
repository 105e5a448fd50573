// EmbeddingColumns: columns of a small table picked by token ids, as one operation.
import type { GraphBuilder } from '../builder.js';
import type { GradientRule } from '../gradients/rule.js';
import { sizesOf } from '../gradients/rule.js';
import { sideBySide } from '../gradients/matrix-rules.js';
import type { Value } from '../ir.js';

/** Picks columns of a table for a batch of sequences.
 *  Its gradient is a one-hot product: see `Gather` in shape-rules.ts for why it is no scatter.
 *  @param table [F, V]
 *  @param tokens ids 0..V-1, integers, [T, B]
 *  @returns [T, F, B] */
export function embeddingColumns(g: GraphBuilder, table: Value, tokens: Value): Value {
  const [columns] = g.composite('EmbeddingColumns', [table, tokens], {}, () => {
    const rows = g.gather(g.transpose(table, [1, 0]), tokens); // [T, B, F]
    return { outputs: [g.transpose(rows, [0, 2, 1])], saved: [] };
  });
  return columns;
}

export const EMBEDDING_COLUMNS_GRADIENT: GradientRule = (g, { inputs: [table, tokens] }, [dy]) => {
  if (!table || !tokens || !dy) return [];
  const count = sizesOf(tokens).reduce((product, size) => product * size, 1);
  const places = g.oneHot(g.reshape(tokens, [count]), sizesOf(table)[1] ?? 0, 1); // [T * B, V]
  return [g.matMul(sideBySide(g, dy), places)]; // [F, T * B] x [T * B, V]
};
