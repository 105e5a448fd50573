// What watches a run and writes about it: event files, samples, a report. The trainer knows no more of them than this.
import type { NamedTensors, LstmConfig } from '@ostinato/model';
import type { Corpus } from '../data/open-corpus.js';
import type { MetricsLine } from './metrics-log.js';

/** Where a run stands when it is evaluated. */
export interface EvaluationMoment {
  readonly step: number;
  readonly config: LstmConfig;
  readonly corpus: Corpus;
  /** The line that the log got. */
  readonly line: Extract<MetricsLine, { kind: 'evaluation' }>;
  /** A copy of the parameters; made when it is called. */
  parameters(): Promise<NamedTensors>;
  /** Aborted when the run is to stop: an observer cuts its work short. */
  readonly signal: AbortSignal | undefined;
}

/** Observers must not change a run: with or without them it ends with the same bytes. What one throws ends the run, after
 *  the checkpoint of that step is written. */
export interface RunObserver {
  /** Each line of metrics, in order; after a resumed run's start, only the new ones. */
  onMetrics?(line: MetricsLine): void;
  /** After an evaluation and before its checkpoint; awaited. */
  onEvaluation?(moment: EvaluationMoment): Promise<void>;
  /** After a checkpoint: what was told so far should be on the disk; awaited. */
  onCheckpoint?(step: number): Promise<void>;
  /** The session ends, finished, interrupted or failed; awaited. Called once. */
  close?(): Promise<void>;
}
