// What a form of a model costs and gives, beside the weights as they were trained.
import type { ModelPrecision, NextTokenModel } from '@ostinato/core';
import type { LogitErrors, ParityReport } from '../parity/parity-report.js';
import type { Evaluation } from './evaluate-composed.js';

export interface FormReport {
  readonly precision: ModelPrecision;
  /** Its graphs agree with each other and with the trained network. */
  readonly parity: ParityReport;
  /** Its logits against those of the trained weights, over the tokens of the parity report. */
  readonly logitErrors: LogitErrors;
  /** On the pieces of the report. */
  readonly natsPerToken: number;
  /** Of one sequence on one thread, measured at the export; undefined if it was not asked for. */
  readonly tokensPerSecond?: number;
}

export interface ModelReport {
  /** What `natsPerToken` was measured on, in words. */
  readonly evaluatedOn: string;
  /** Tokens predicted. */
  readonly tokens: number;
  /** With the weights as they were trained. */
  readonly trainedNatsPerToken: number;
  readonly forms: readonly FormReport[];
}

/** Held-out pieces. The exporter does not know corpora: whoever calls it brings the evaluation. */
export interface ValidationData {
  /** In words, such as "the validation split of corpora/mine". */
  readonly name: string;
  /** @param what the form in words, for the progress */
  evaluate(model: NextTokenModel, what: string): Promise<Evaluation>;
}
