// Every gradient rule, by operator.
import { EMBEDDING_COLUMNS_GRADIENT } from '../layers/embedding-columns.js';
import { LSTM_LAYER_GRADIENT } from '../layers/lstm-layer-gradient.js';
import { ELEMENTWISE_RULES } from './elementwise-rules.js';
import { MATRIX_RULES } from './matrix-rules.js';
import type { GradientRule } from './rule.js';
import { SHAPE_RULES } from './shape-rules.js';

export const GRADIENT_RULES: ReadonlyMap<string, GradientRule> = new Map(
  Object.entries({
    ...ELEMENTWISE_RULES,
    ...SHAPE_RULES,
    ...MATRIX_RULES,
    EmbeddingColumns: EMBEDDING_COLUMNS_GRADIENT,
    LstmLayer: LSTM_LAYER_GRADIENT,
  }),
);
