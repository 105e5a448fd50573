// The curves of a run from its log, whatever its length.
import { join } from 'node:path';
import { METRICS_FILE } from '../../trainer/metrics-log.js';
import { readJsonLines } from '../line-file.js';
import type { MetricsFields, RunCurves } from './run-curves.js';

/** Adds the lines of a run's log; none if there is no log.
 *  @param before only lines of steps before this
 *  @returns how many lines could not be read
 *  @throws {CheckpointError} `missing` if the log is not a file */
export async function readCurves(
  runFolder: string,
  curves: RunCurves,
  { before = Infinity, signal }: { before?: number; signal?: AbortSignal | undefined } = {},
): Promise<number> {
  let foreign = 0;
  const visit = (value: Readonly<Record<string, unknown>>): void => {
    if (!isLine(value)) foreign++;
    else if (value.step < before) curves.add(value);
  };
  const unreadable = await readJsonLines(
    join(runFolder, METRICS_FILE),
    METRICS_FILE,
    visit,
    signal,
  );
  return (unreadable ?? 0) + foreign;
}

function isLine(value: Readonly<Record<string, unknown>>): value is MetricsFields {
  const { kind, step } = value;
  return (kind === 'step' || kind === 'evaluation') && Number.isSafeInteger(step);
}
