// What a training run is asked for, and what it ends with.
import type { LstmSizes } from '@ostinato/model';
import type { WriteFile } from '../checkpoint/durable.js';
import type { Corpus } from '../data/open-corpus.js';
import type { EngineFactory } from '../engines/engine-factory.js';
import type { TrainProgress } from './progress.js';
import type { RunObserver } from './run-observer.js';
import type { TrainOptionsInput } from './train-options.js';

export interface TrainRequest {
  readonly corpus: Corpus;
  /** Makes the engine; close over device and threads. */
  readonly engine: EngineFactory;
  /** Where the run lives: empty or new, or the run to resume. */
  readonly runFolder: string;
  /** The network; a preset is one. Needed for a new run; a resumed one knows its own. */
  readonly sizes?: LstmSizes | undefined;
  /** Default: see `trainOptionsSchema`; in a resumed run, its own. */
  readonly options?: TrainOptionsInput;
  /** Go on from the newest checkpoint. Default false. */
  readonly resume?: boolean;
  /** Aborted: the step is finished, a checkpoint written, and the result says `interrupted`. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainProgress) => void;
  /** What watches the run and writes about it. Closed when the session ends, whatever ends it. Default: none. */
  readonly observers?: readonly RunObserver[];
  /** A clock in milliseconds, for rates only. */
  readonly now?: () => number;
  /** How checkpoints reach the disk. */
  readonly writeFile?: WriteFile;
}

export interface TrainResult {
  /** `stopped-early`: the validation loss has not improved for as long as `earlyStopping` says. */
  readonly status: 'finished' | 'stopped-early' | 'interrupted';
  /** Optimizer steps taken in all. */
  readonly step: number;
  /** Training targets consumed in all. */
  readonly tokens: number;
  /** Passes over the training data; 2.25 is a quarter into the third. */
  readonly epoch: number;
  /** The best evaluation, nats per token; null if there was none. */
  readonly best: { readonly step: number; readonly loss: number } | null;
  /** Figures of the last evaluation, by name. */
  readonly metrics: Readonly<Record<string, number>>;
}
