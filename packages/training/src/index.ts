export type { Batch } from './data/batch.js';
export type {
  EngineState,
  EvaluationResult,
  StepOptions,
  StepResult,
  TrainingEngine,
} from './engines/engine.js';
