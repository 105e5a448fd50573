// Everything the report knows of a run's figures: its curves, its best and its newest evaluation.
import { BoundedSeries, type SeriesPoint } from './bounded-series.js';

/** A line of `metrics.jsonl`, of this release or another: what is not there, or no number, is left out. */
export interface MetricsFields {
  readonly kind: string;
  readonly step: number;
  readonly [field: string]: unknown;
}

export interface EvaluationFigures {
  readonly step: number;
  /** Nats per token. */
  readonly loss: number;
  /** 0..1 */
  readonly accuracy: number | undefined;
  readonly lossPerNote: number | undefined;
}

const STEP_FIELDS = [
  'loss',
  'accuracy',
  'gradientNorm',
  'learningRate',
  'tokensPerSecond',
] as const;
const EVALUATION_FIELDS = ['loss', 'accuracy', 'lossPerNote'] as const;

type CurveName =
  | `step.${(typeof STEP_FIELDS)[number]}`
  | `evaluation.${(typeof EVALUATION_FIELDS)[number]}`;

/** Collects lines of metrics in bounded memory. */
export class RunCurves {
  readonly #series = new Map<string, BoundedSeries>();
  #lastStep = 0;
  #evaluations = 0;
  #best: EvaluationFigures | undefined;
  #newest: EvaluationFigures | undefined;
  #tokens: number | undefined;
  #epoch: number | undefined;

  add(line: MetricsFields): void {
    if (line.kind === 'step') this.#addStep(line);
    else this.#addEvaluation(line);
  }

  points(name: CurveName): SeriesPoint[] {
    return this.#series.get(name)?.points() ?? [];
  }

  /** Steps taken; 0 before the first. */
  get lastStep(): number {
    return this.#lastStep;
  }

  /** How many evaluations there were. */
  get evaluations(): number {
    return this.#evaluations;
  }

  /** The evaluation with the lowest loss, the first of equals. */
  get best(): EvaluationFigures | undefined {
    return this.#best;
  }

  get newest(): EvaluationFigures | undefined {
    return this.#newest;
  }

  /** Training targets so far, if the log says so. */
  get tokens(): number | undefined {
    return this.#tokens;
  }

  /** Passes over the training data, if the log says so. */
  get epoch(): number | undefined {
    return this.#epoch;
  }

  #addStep(line: MetricsFields): void {
    for (const field of STEP_FIELDS) this.#seriesOf(`step.${field}`).add(line.step, line[field]);
    if (line.step < this.#lastStep) return;
    this.#lastStep = line.step;
    this.#tokens = finite(line['tokens']);
    this.#epoch = finite(line['epoch']);
  }

  #addEvaluation(line: MetricsFields): void {
    this.#evaluations++;
    for (const field of EVALUATION_FIELDS) {
      this.#seriesOf(`evaluation.${field}`).add(line.step, line[field]);
    }
    const loss = finite(line['loss']);
    if (loss === undefined) return;
    const figures: EvaluationFigures = {
      step: line.step,
      loss,
      accuracy: finite(line['accuracy']),
      lossPerNote: finite(line['lossPerNote']),
    };
    const best = this.#best;
    if (!best || loss < best.loss || (loss === best.loss && line.step < best.step)) {
      this.#best = figures;
    }
    if (!this.#newest || line.step >= this.#newest.step) this.#newest = figures;
  }

  #seriesOf(name: CurveName): BoundedSeries {
    const series = this.#series.get(name) ?? new BoundedSeries();
    this.#series.set(name, series);
    return series;
  }
}

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
