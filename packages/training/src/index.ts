export type { Batch } from './data/batch.js';
export { createBatchStream } from './data/batch-stream.js';
export type { BatchStream, BatchStreamOptions } from './data/batch-stream.js';
export { batchCursorSchema } from './data/batch-cursor.js';
export type { BatchCursor } from './data/batch-cursor.js';
export { CorpusError } from './data/corpus-error.js';
export { CORPUS_FILES, CORPUS_SCHEMA_VERSION } from './data/corpus-format.js';
export type { CorpusDescription, CorpusPiece, SplitTotals } from './data/corpus-format.js';
export type { LedgerEntry, LedgerStatus, LedgerWarning } from './data/ledger.js';
export { openCorpus } from './data/open-corpus.js';
export type { Corpus } from './data/open-corpus.js';
export { prepareCorpus } from './data/prepare.js';
export type { PreparedCorpus, PrepareOptions } from './data/prepare.js';
export type { OnPrepareProgress, PrepareProgress } from './data/progress.js';
export { SPLITS } from './data/split.js';
export type { Split } from './data/split.js';
export type {
  EngineState,
  EvaluationResult,
  StepOptions,
  StepResult,
  TrainingEngine,
} from './engines/engine.js';
