// The report on a form's graphs, and what it must say for the form to be exported.
import { isReproducible, type ModelPrecision } from '@ostinato/core';
import { ExportError } from '../errors.js';
import type { DrawReport } from './compare-draws.js';

/** Logits of a right graph are within this of the trained network's, per unit of the largest logit (at least 1):
 *  float32 sums of some thousand terms. */
const LOGIT_TOLERANCE = 1e-5;

/** What both graphs must draw alike. */
export const DRAWS = { seeds: [1, 2, 3], length: 1000 } as const;

export interface ParityReport {
  /** Tokens after which logits were compared. */
  readonly tokens: number;
  /** The largest magnitude among their logits. */
  readonly largestLogit: number;
  /** Largest differences of a logit, with the stored weights widened on all sides. Those from the trained network are
   *  rounding alone in a reproducible form; int8-dynamic rounds hidden units as well. */
  readonly trainedToStep: number;
  readonly trainedToChunk: number;
  readonly stepToChunk: number;
  /** `decode` (chunk graph) against `consume` and `sampleToken` (step graph). */
  readonly draws: DrawReport;
}

/** Differences of a logit. */
export interface LogitErrors {
  readonly largest: number;
  readonly mean: number;
}

/** Refuses a model whose graphs do not agree.
 *  @throws {ExportError} `parity` */
export function judgeParity(report: ParityReport, precision: ModelPrecision): void {
  const limit = LOGIT_TOLERANCE * Math.max(1, report.largestLogit);
  const judged: readonly (keyof ParityReport)[] = isReproducible(precision)
    ? ['trainedToStep', 'trainedToChunk', 'stepToChunk']
    : ['stepToChunk'];
  for (const key of judged) {
    const found = report[key] as number;
    if (!(found <= limit)) {
      throw new ExportError(
        'parity',
        `parity of ${precision}: ${key}: logits should agree to ${limit.toExponential(1)}, but differ by ${found.toExponential(2)}; nothing was exported`,
      );
    }
  }
  const { different, tokens } = report.draws;
  if (different > 0) {
    throw new ExportError(
      'parity',
      `parity of ${precision}: the chunk graph drew ${different} of ${tokens} tokens differently from the step graph; nothing was exported`,
    );
  }
}
