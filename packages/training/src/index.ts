export {
  type Checkpoint,
  type CheckpointFacts,
  readCheckpoint,
  writeCheckpoint,
} from './checkpoint/checkpoint.js';
export { CheckpointError } from './checkpoint/checkpoint-error.js';
export { CHECKPOINT_SCHEMA_VERSION, type CheckpointState } from './checkpoint/checkpoint-state.js';
export type { WriteFile } from './checkpoint/durable.js';
export {
  bestCheckpoint,
  checkpointFolder,
  latestCheckpoint,
  listCheckpoints,
} from './checkpoint/run-folder.js';
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
export { mixCorpora } from './data/mix-corpora.js';
export type { Corpus, CorpusPart } from './data/open-corpus.js';
export type { PreparedCorpus } from './data/make-corpus.js';
export { prepareCorpus, prepareShard } from './data/prepare.js';
export type { PrepareOptions, PrepareShardOptions } from './data/prepare.js';
export type { ContentOptions, WorkOptions } from './data/prepare-options.js';
export { workFolderOf } from './data/work/work-folder.js';
export { mergeShards } from './data/shards/merge-shards.js';
export type { ShardDescription } from './data/shards/shard-format.js';
export { parseShardSpec, type ShardSpec } from './data/shards/shard-spec.js';
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
export type { EngineFactory, EngineRequest, OptimizerOptions } from './engines/engine-factory.js';
export { createOnnxEngine, type OnnxEngineOptions } from './engines/onnx/onnx-engine.js';
export type { TrainingDevice } from './engines/onnx/provider.js';
export { estimateStepSeconds } from './engines/onnx/step-time.js';
export { type ResolvedDevice, resolveTrainingDevice } from './engines/onnx/training-device.js';
export {
  loadLayersModel,
  type Network,
  saveLayersModel,
} from './engines/tfjs/layers-model/layers-model.js';
export { LayersModelError } from './engines/tfjs/layers-model/layers-model-error.js';
export type { TfjsBackendName } from './engines/tfjs/load-backend.js';
export { createTfjsEngine, type TfjsEngineOptions } from './engines/tfjs/tfjs-engine.js';
export {
  evaluateNGram,
  type NGramEvaluationOptions,
  trainNGram,
} from './evaluation/evaluate-n-gram.js';
export { evaluateTokens, type EvaluateTokensOptions } from './evaluation/evaluate-tokens.js';
export type { EvaluationCorpus, Likelihood } from './evaluation/likelihood.js';
export {
  createNGramCounter,
  type NGramCounter,
  type NGramModel,
  type NGramOptions,
} from './evaluation/n-gram.js';
export {
  type EstimateRequest,
  estimateTraining,
  fittingMicroBatch,
  type TrainingEstimate,
} from './trainer/estimate.js';
export { type MetricsLine, readMetrics } from './trainer/metrics-log.js';
export type { TrainProgress } from './trainer/progress.js';
export type { EvaluationMoment, RunObserver } from './trainer/run-observer.js';
export { readRun, type Run, RUN_TOKENIZER_FILE } from './trainer/run-file.js';
export { train } from './trainer/train.js';
export type { TrainRequest, TrainResult } from './trainer/train-request.js';
export {
  CHANGEABLE_OPTIONS,
  resolveTrainOptions,
  type TrainOptions,
  type TrainOptionsInput,
  trainOptionsSchema,
} from './trainer/train-options.js';
export { TrainingError } from './trainer/training-error.js';
