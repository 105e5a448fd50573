// Tries a device in a child process, with a limit on its time.
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TrainingError } from '../../trainer/training-error.js';
import type { TrialAnswer } from './device-trial-process.js';
import type { TrialReport, TrialRequest } from './device-trial.js';

/** A driver may compile for seconds; one that needs longer than this is of no use. */
const PATIENCE_MS = 60_000;

/** @throws {TrainingError} `device` if the device is not there, fails, or does not answer in time */
export async function runDeviceTrial(
  request: TrialRequest,
  { entry = entryFile(), patienceMs = PATIENCE_MS }: { entry?: string; patienceMs?: number } = {},
): Promise<TrialReport> {
  const failure = (reason: string): TrainingError =>
    new TrainingError('device', `device ${request.device}: ${reason}; train on cpu`);
  // What native libraries write of a device that is not there says less than the answer does.
  const child = fork(entry, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] });
  const answer = new Promise<TrialAnswer>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(failure(`no answer in ${patienceMs / 1000} seconds`));
    }, patienceMs);
    child.once('message', resolve);
    child.once('error', (error) => reject(failure(error.message)));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      const how = signal ?? `exit code ${code}`;
      reject(failure(`its driver ended the process that tried it (${how})`));
    });
    child.send(request, () => {}); // a failed send means that the child is gone, and its exit follows
  });
  try {
    const result = await answer;
    if ('report' in result) return result.report;
    throw new TrainingError('device', result.failure);
  } finally {
    child.kill('SIGKILL');
  }
}

/** The child runs compiled code, also when this file runs from source in a test. */
function entryFile(): string {
  const url = import.meta.url.endsWith('.ts')
    ? new URL('../../../dist/engines/onnx/device-trial-process.js', import.meta.url)
    : new URL('./device-trial-process.js', import.meta.url);
  const file = fileURLToPath(url);
  if (existsSync(file)) return file;
  throw new Error('@ostinato/training: its compiled files are missing; run `npm run build` first');
}
